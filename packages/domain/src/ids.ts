const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'
const LENGTH = 16

/** Fills a buffer with random bytes; handed in, so that a simulation can replay its ids from a seed. */
export type RandomBytes = (size: number) => Uint8Array

export const ID_PREFIXES = {
  replicationGroup: 'rg',
  nodeGroup: 'ng',
  cacheCluster: 'cc',
  node: 'node',
  network: 'net',
  parameterGroup: 'pg',
  edge: 'edge',
  failover: 'fo',
  snapshot: 'snap',
  snapshotFile: 'rdb',
  serviceUpdate: 'su',
  updateAction: 'ua',
  workflow: 'wf',
  accessKey: 'ak',
  request: 'req',
} as const

export type IdKind = keyof typeof ID_PREFIXES

/** `node-k3f9…`: an internal id, 80 random bits, never derived from what a user typed. */
export function newId(kind: IdKind, random: RandomBytes): string {
  const letters = Array.from(random(LENGTH), (byte) => ALPHABET[byte % ALPHABET.length])
  return `${ID_PREFIXES[kind]}-${letters.join('')}`
}

/** The last eight characters of an id: enough to tell apart two installations on one Docker engine. */
export function shortId(id: string): string {
  return id.slice(-8)
}
