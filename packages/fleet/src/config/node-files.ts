/**
 * Where a node with TLS finds what it is given; one volume, mounted at `DIRECTORY`, holds them all. Others are given
 * everything as arguments: putting files into a container costs the engine a process and a tenth of a start.
 */
export const DIRECTORY = '/etc/cacheplane'

export const FILES = {
  config: `${DIRECTORY}/node.conf`,
  users: `${DIRECTORY}/users.acl`,
  logins: `${DIRECTORY}/logins`,
  certificate: `${DIRECTORY}/node.crt`,
  key: `${DIRECTORY}/node.key`,
  authority: `${DIRECTORY}/ca.crt`,
  /** Written by the engine as well: it has a folder of its own. */
  cluster: `${DIRECTORY}/cluster/nodes.conf`,
} as const

/**
 * Where an engine finds what it is to begin with: its standard input, as a file of a directory. So it loads while it is sent,
 * nothing of it lies on a disk in the clear, and an engine whose input breaks off exits.
 */
export const SEED_INPUT = { directory: '/proc/self/fd', name: '0' } as const

/** Where an edge finds what it is given; HAProxy wants certificate and key in one file. */
export const EDGE_FILES = {
  config: `${DIRECTORY}/edge.cfg`,
  certificate: `${DIRECTORY}/edge.pem`,
  /** Shown to clients of configuration endpoints. */
  endpoint: `${DIRECTORY}/endpoint.pem`,
  script: `${DIRECTORY}/discovery.lua`,
  lists: `${DIRECTORY}/lists.map`,
  authority: `${DIRECTORY}/ca.crt`,
} as const

/** The user that runs every engine, and owns its files. */
export const UID = 999
