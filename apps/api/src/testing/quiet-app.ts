import { type Catalogue, Secret } from '@cacheplane/domain'
import { pino } from 'pino'
import { buildApp } from '../app.ts'
import type { App } from '../http/types.ts'
import { systemClock } from '../system-clock.ts'

export const KEY = 'a-key-for-tests'
export const bearer = { authorization: `Bearer ${KEY}` }

/**
 * The API over a catalogue in which nothing stands, for what never gets to one: keys, bodies, routes. What a test needs of
 * the catalogue it says itself. What the API does to Postgres is tested on Postgres.
 */
export function quietApp(catalogue: Partial<Catalogue> = {}, lines: string[] = []): Promise<App> {
  return buildApp({
    catalogue: { ...emptyCatalogue, ...catalogue },
    vault: { find: () => Promise.resolve(null), open: noFile, keep: refused, remove: refused },
    doorbell: { ring: () => Promise.resolve() },
    keyring: { derive: (label) => new Secret(label) },
    clock: systemClock,
    random: Math.random,
    region: 'local-1',
    uploadMaxBytes: 1024 ** 2,
    log: pino({ level: 'debug' }, { write: (line) => void lines.push(line) }),
  })
}

const noFile = (): never => {
  throw new Error('nothing is kept in this test')
}
const refused = () => Promise.reject(new Error('nothing is created in this test'))

const emptyCatalogue: Catalogue = {
  createReplicationGroup: refused,
  createCacheCluster: refused,
  deleteReplicationGroup: refused,
  deleteCacheCluster: refused,
  modifyReplicationGroup: refused,
  testFailover: refused,
  increaseReplicaCount: refused,
  decreaseReplicaCount: refused,
  changeShards: refused,
  modifyCacheCluster: refused,
  rebootCacheCluster: refused,
  createParameterGroup: refused,
  changeParameterGroup: refused,
  deleteParameterGroup: refused,
  findParameterGroup: () => Promise.resolve(null),
  listParameterGroups: () => Promise.resolve([]),
  importSnapshot: refused,
  createSnapshot: refused,
  beginUpload: refused,
  keepUpload: refused,
  endUpload: refused,
  dropUpload: refused,
  copySnapshot: refused,
  deleteSnapshot: refused,
  findSnapshot: () => Promise.resolve(null),
  listSnapshots: () => Promise.resolve([]),
  listServiceUpdates: () => Promise.resolve([]),
  findServiceUpdate: () => Promise.resolve(null),
  listUpdateActions: () => Promise.resolve([]),
  applyServiceUpdate: refused,
  stopServiceUpdate: refused,
  beginOutage: refused,
  endOutage: refused,
  listFailovers: () => Promise.resolve(null),
  findReplicationGroup: () => Promise.resolve(null),
  listReplicationGroups: () => Promise.resolve([]),
  findCacheCluster: () => Promise.resolve(null),
  listCacheClusters: () => Promise.resolve([]),
  listEvents: () => Promise.resolve([]),
  listZones: () => Promise.resolve([]),
  listEngines: () => Promise.resolve([]),
  findPrincipal: (token) =>
    Promise.resolve(token.reveal() === KEY ? { accountId: '000000000000', accessKeyId: 'ak-test' } : null),
  caCertificate: () => Promise.resolve(null),
  onSettled: () => () => undefined,
  ping: () => Promise.resolve(),
}
