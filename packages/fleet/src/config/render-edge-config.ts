import { invariant, READERS_MAX, type EdgeSlot, type EdgeSpec } from '@cacheplane/domain'
import { CONTROL_NAME } from '../tls/issue-certificate.ts'
import { EDGE_FILES } from './node-files.ts'

/** HAProxy takes two files per connection, and more than the daemon's hard limit would keep it from starting. */
const CONNECTIONS_MAX = 4_000
/** Kept free for the control plane, so that clients who take all they can get do not shut it out. */
const CONNECTIONS_RESERVED = 100
/** What one endpoint may take of them, so that its clients leave something to those of other groups. */
const CONNECTIONS_PER_PORT = 2_000
/**
 * Until half a connection follows the other half: a node that is cut off, or a client that is stuck, never closes its own,
 * and HAProxy shuts down no session that has begun to end. Engines hang up at once on a client that has.
 */
const FIN_MS = 100
const COMMAND_SOCKET = 'unix@/tmp/command.sock'

/** Names of a slot's backends; the routes are read and written under them. */
export const primaryBackend = (slot: number): string => `primary${slot}`
export const readerBackend = (slot: number): string => `readers${slot}`
/** Where clients in plain text go that share their endpoint with others who speak TLS. */
export const plainBackend = (backend: string): string => `plain-${backend}`
/** Under which the list of a configuration endpoint is in the map of lists. */
export const listName = (slot: number): string => `list${slot}`

export interface EdgePlace {
  /** Where endpoints listen; the first also takes commands. */
  addresses: readonly [string, ...string[]]
  /** How long a node may take to accept a connection. */
  connectMs: number
}

/**
 * HAProxy's configuration of an edge: everything that it will ever have, and no route. Addresses, ports and our own
 * words only. It is never reloaded: sessions would stay with a process that the runtime API no longer reaches.
 */
export function renderEdgeConfig(spec: EdgeSpec, { addresses, connectMs }: EdgePlace): string {
  const [own] = addresses
  return [
    ...globals(spec),
    ...defaults(connectMs),
    ...control(own, portOf(spec.controlPort)),
    ...spec.slots.flatMap((slot) =>
      spec.kind === 'replication' ? ofNodeGroup(slot, addresses) : ofCluster(slot, spec, addresses),
    ),
    '',
  ].join('\n')
}

function ofNodeGroup(slot: EdgeSlot, addresses: readonly string[]): string[] {
  return [
    ...frontend(primaryBackend(slot.slot), addresses, portOf(slot.primaryPort)),
    ...dividing(primaryBackend(slot.slot)),
    ...primary(primaryBackend(slot.slot)),
    ...primary(plainBackend(primaryBackend(slot.slot)), PLAIN),
    ...frontend(readerBackend(slot.slot), addresses, portOf(slot.readerPort)),
    ...dividing(readerBackend(slot.slot)),
    ...readers(readerBackend(slot.slot)),
    ...readers(plainBackend(readerBackend(slot.slot)), PLAIN),
  ]
}

/**
 * A configuration endpoint. TLS ends here, because a question has to be read, and begins again on the way to the node.
 * What is not shown to clients is there to be driven like the endpoint of a node group.
 */
function ofCluster(
  { slot, primaryPort }: EdgeSlot,
  { kind }: EdgeSpec,
  addresses: readonly string[],
): string[] {
  const isTls = kind === 'discovery-tls'
  const bound = isTls ? ` ssl crt ${EDGE_FILES.endpoint} ssl-min-ver TLSv1.2` : ''
  const secured = isTls ? ` ssl verify required ca-file ${EDGE_FILES.authority}` : ''
  return [
    ...frontend(primaryBackend(slot), addresses, portOf(primaryPort), bound),
    `  tcp-request connection set-var(sess.slot) str(${listName(slot)})`,
    '  filter lua.discovery',
    '  tcp-request inspect-delay 24d',
    '  tcp-request content lua.begins if { req.len gt 0 }',
    '  tcp-request content use-service lua.discovery if { var(txn.discovers) -m bool }',
    ...primary(primaryBackend(slot)).map((line) =>
      line.startsWith('  server') ? `${line}${secured}` : line,
    ),
    `backend ${readerBackend(slot)}`,
    `${closed('fallback')}${secured}`,
  ]
}

function globals({ kind }: EdgeSpec): string[] {
  return [
    'global',
    ...(kind === 'replication' ? [] : [`  lua-load ${EDGE_FILES.script}`]),
    // Two edges with the same port would share its clients out between them.
    '  noreuseport',
    `  maxconn ${CONNECTIONS_MAX}`,
    '  nbthread 2',
    '  log stdout format raw local0 warning',
    `  stats socket ${COMMAND_SOCKET} mode 600 level admin`,
    '  stats timeout 1d',
    '  stats maxconn 64',
  ]
}

/** Idle connections of caches live for days; the keep-alive finds those whose client is gone. */
function defaults(connectMs: number): string[] {
  return [
    'defaults',
    '  mode tcp',
    `  maxconn ${CONNECTIONS_MAX}`,
    `  timeout connect ${connectMs}ms`,
    '  timeout client 24d',
    '  timeout server 24d',
    ...['client', 'server'].map((side) => `  timeout ${side}-fin ${FIN_MS}ms`),
    ...['clitcpka', 'srvtcpka'].flatMap((side) => [
      `  option ${side}`,
      `  ${side}-idle 60s`,
      `  ${side}-intvl 10s`,
      `  ${side}-cnt 3`,
    ]),
  ]
}

/** Commands are taken from the control plane alone: nodes have certificates of the same authority. */
function control(address: string, port: number): string[] {
  const { certificate, authority } = EDGE_FILES
  return [
    'frontend control',
    `  bind ${bind(address, port)} ssl crt ${certificate} ca-file ${authority} verify required ssl-min-ver TLSv1.2`,
    `  tcp-request session reject unless { ssl_c_s_dn(cn) -m str ${CONTROL_NAME} }`,
    '  default_backend control',
    'backend control',
    `  server command ${COMMAND_SOCKET}`,
  ]
}

/** Who is one too many is turned away at once, where `maxconn` would let him wait in the dark. */
const LIMITS = [
  `  tcp-request connection reject if { act_conn gt ${CONNECTIONS_MAX - CONNECTIONS_RESERVED} }`,
  `  tcp-request connection reject if { fe_conn gt ${CONNECTIONS_PER_PORT} }`,
]

function frontend(backend: string, addresses: readonly string[], port: number, bound = ''): string[] {
  return [
    `frontend to-${backend}`,
    ...LIMITS,
    ...addresses.map((address) => `  bind ${bind(address, port)}${bound}`),
    `  default_backend ${backend}`,
  ]
}

/**
 * An endpoint tells TLS from plain text while anybody is there for plain text: clients of these engines speak first, and none
 * of their commands begins like a handshake. Otherwise nothing is looked at, and nobody waits.
 */
function dividing(backend: string): string[] {
  const plain = plainBackend(backend)
  return [
    `  acl divided nbsrv(${plain}) gt 0`,
    '  acl handshake req.payload(0,1) -m bin 16',
    '  tcp-request inspect-delay 24d',
    '  tcp-request content accept if !divided or { req.len gt 0 }',
    `  use_backend ${plain} if divided !handshake`,
  ]
}

/** No retries: a client that finds no primary is told so at once, and comes again when there is another. */
function primary(backend: string, prefix = ''): string[] {
  return [`backend ${backend}`, '  retries 0', closed(`${prefix}primary`)]
}

/** Whoever meets a dead replica is passed on to another one. */
function readers(backend: string, prefix = ''): string[] {
  const names = Array.from({ length: READERS_MAX }, (_, index) => `${prefix}reader${index + 1}`)
  return [
    `backend ${backend}`,
    '  balance leastconn',
    `  retries ${READERS_MAX}`,
    '  option redispatch 1',
    ...names.map(closed),
    `${closed(`${prefix}fallback`)} backup`,
  ]
}

/** Before the names of servers in plain text. */
const PLAIN = 'plain-'

const closed = (name: string): string => `  server ${name} 127.0.0.1:1 disabled`

function bind(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

function portOf(port: number): number {
  invariant(Number.isInteger(port) && port > 0 && port < 65_536, `${port} is a port`)
  return port
}
