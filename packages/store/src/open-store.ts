import { randomBytes } from 'node:crypto'
import type { Catalogue, Estate, Keyring, RandomBytes, Uploads, WorkflowStore } from '@cacheplane/domain'
import { audit } from './audit.ts'
import { ensureAccessKey, findPrincipal, type NewAccessKey } from './catalogue/access-keys.ts'
import { decreaseReplicaCount, increaseReplicaCount } from './catalogue/change-replica-count.ts'
import { changeShards } from './catalogue/change-shards.ts'
import { createCacheCluster } from './catalogue/create-cache-cluster.ts'
import type { PlacementSettings } from './catalogue/create-owner.ts'
import { createReplicationGroup } from './catalogue/create-replication-group.ts'
import { deleteCacheCluster, deleteReplicationGroup } from './catalogue/delete-owner.ts'
import { copySnapshot } from './catalogue/copy-snapshot.ts'
import { createSnapshot } from './catalogue/create-snapshot.ts'
import { importSnapshot } from './catalogue/import-snapshot.ts'
import * as uploads from './catalogue/upload-snapshot.ts'
import { deleteSnapshot } from './catalogue/delete-snapshot.ts'
import { findSnapshot, listSnapshots } from './catalogue/describe-snapshots.ts'
import * as describe from './catalogue/describe.ts'
import { listReplicationGroups } from './catalogue/list-replication-groups.ts'
import { ensureFreeEndpoints, retireEdges } from './catalogue/endpoints.ts'
import { listEvents } from './catalogue/list-events.ts'
import { listFailovers } from './catalogue/list-failovers.ts'
import { modifyCacheCluster } from './catalogue/modify-cache-cluster.ts'
import { modifyReplicationGroup } from './catalogue/modify-replication-group.ts'
import * as parameterGroups from './catalogue/parameter-groups.ts'
import { rebootCacheCluster } from './catalogue/reboot-cache-cluster.ts'
import { testFailover } from './catalogue/test-failover.ts'
import * as zones from './catalogue/zone-outages.ts'
import { openDatabase, type Database } from './database.ts'
import * as estate from './estate.ts'
import { insertEvent } from './insert-event.ts'
import { parseNetworkPool } from './network-pool.ts'
import { SettledListener } from './settled-listener.ts'
import { applyDueNodes } from './catalogue/apply-due-nodes.ts'
import { applySnapshotSchedules } from './catalogue/apply-snapshot-schedules.ts'
import { applyDueUpdates } from './service-updates/apply-due-updates.ts'
import { applyServiceUpdate } from './service-updates/apply-service-update.ts'
import { listServiceUpdates, listUpdateActions } from './service-updates/list-updates.ts'
import { recordImages } from './service-updates/record-images.ts'
import { stopServiceUpdate } from './service-updates/stop-service-update.ts'
import { sql } from './sql.ts'
import { claim, due, renew, setBack } from './workflows/claim.ts'
import { heartbeat, servingNodes } from './watch.ts'
import { commit } from './workflows/commit.ts'
import { loadEdge } from './workflows/load-edge.ts'
import { loadNodeGroup } from './workflows/load-node-group.ts'
import { knownFiles } from './known-files.ts'
import { loadSnapshot } from './workflows/load-snapshot.ts'
import { loadZone } from './workflows/load-zone.ts'
import { raiseOnce } from './workflows/raise.ts'
import * as subjects from './workflows/subjects.ts'

export interface StoreOptions {
  databaseUrl: string
  keyring: Keyring
  /** IPv4 network in CIDR form, at most a /24. */
  networkPool: string
  /** Both ends belong to it. */
  portPool: { from: number; to: number }
  quarantineMs: number
  /** Networks that stand ready on each Docker engine; 0 keeps none. */
  spareNetworks: number
  memoryReserveBytes: number
  poolSize: number
  /** For ids and for guesses of what is free; a simulation hands in its own. */
  random?: RandomBytes
}

export interface Store extends Catalogue, Estate, WorkflowStore {
  ensureAccessKey(key: NewAccessKey): Promise<void>
  close(): Promise<void>
}

/** Opens Postgres; the schema must have been migrated. Connects at the first use. */
export function openStore(options: StoreOptions): Store {
  const { databaseUrl, keyring, quarantineMs, memoryReserveBytes, spareNetworks } = options
  const db = openDatabase(databaseUrl, options.poolSize, options.random ?? randomBytes)
  const listener = new SettledListener(databaseUrl)
  const pools = { network: parseNetworkPool(options.networkPool), port: options.portPool, quarantineMs }
  return {
    ...catalogue(db, listener, keyring, { pools, memoryReserveBytes }),
    ...workflowStore(db, keyring, pools, spareNetworks),
    recordSurvey: (reports) => estate.recordSurvey(db, reports, spareNetworks),
    recordImages: (engineId, survey) => recordImages(db, engineId, survey),
    applyDueUpdates: () => applyDueUpdates(db, { pools, memoryReserveBytes }),
    applyDueNodes: () => applyDueNodes(db, { pools, memoryReserveBytes }, keyring),
    applySnapshotSchedules: () => applySnapshotSchedules(db),
    knownFiles: () => knownFiles(db),
    expectedObjects: (engineId) => estate.expectedObjects(db, engineId),
    requestCheckup: (nodeId) => estate.requestCheckup(db, nodeId),
    ensureFreeEndpoints: () => ensureFreeEndpoints(db, pools),
    retireEdges: () => retireEdges(db, pools),
    heartbeat: (owner) => heartbeat(db, owner),
    servingNodes: () => servingNodes(db),
    audit: () => audit(db),
    raise: (kind, subjectId, signal) => raiseOnce(db, kind, subjectId, signal),
    recordEvent: (accountId, event) => db.transaction((q) => insertEvent(q, accountId, event)),
    forgetOld: () => estate.forgetOld(db, quarantineMs),
    keepAuthority: (candidate) => estate.keepAuthority(db, keyring, candidate),
    ensureAccessKey: (key) => ensureAccessKey(db, keyring, key),
    async close() {
      await listener.close()
      await db.close()
    },
  }
}

function catalogue(
  db: Database,
  listener: SettledListener,
  keyring: Keyring,
  settings: PlacementSettings,
): Catalogue {
  return {
    createReplicationGroup: (plan) => createReplicationGroup(db, keyring, settings, plan),
    createCacheCluster: (plan) => createCacheCluster(db, keyring, settings, plan),
    deleteReplicationGroup: (accountId, id, last = null) => deleteReplicationGroup(db, accountId, id, last),
    deleteCacheCluster: (accountId, id, last = null) => deleteCacheCluster(db, accountId, id, last),
    modifyReplicationGroup: (accountId, id, change, key = null) =>
      modifyReplicationGroup(db, settings, accountId, id, change, key, keyring),
    testFailover: (accountId, id, nodeGroupId, key = null) =>
      testFailover(db, accountId, id, nodeGroupId, key),
    ...sizes(db, settings),
    modifyCacheCluster: (accountId, cacheClusterId, change, idempotency = null) =>
      modifyCacheCluster(db, settings, keyring, { accountId, cacheClusterId, idempotency }, change),
    rebootCacheCluster: (accountId, cacheClusterId, cacheNodeIds, idempotency = null) =>
      rebootCacheCluster(db, { accountId, cacheClusterId, cacheNodeIds, idempotency }),
    ...parameterGroupsOf(db),
    ...snapshotsOf(db),
    ...serviceUpdatesOf(db, settings),
    ...outagesOf(db),
    listFailovers: (accountId, id, limit) => listFailovers(db, accountId, id, limit),
    findReplicationGroup: (accountId, id) => describe.findReplicationGroup(db, accountId, id),
    listReplicationGroups: (accountId, page) => listReplicationGroups(db, accountId, page),
    findCacheCluster: (accountId, id) => describe.findCacheCluster(db, accountId, id),
    listCacheClusters: (accountId, page) => describe.listCacheClusters(db, accountId, page),
    listEvents: (accountId, query) => listEvents(db, accountId, query),
    listZones: () => zones.listZones(db),
    listEngines: async () => {
      const engines = await db.ask((prisma) => prisma.dockerEngine.findMany({ orderBy: { id: 'asc' } }))
      return engines.map(({ id, memoryBytes, ...engine }) => ({
        ...engine,
        engineId: id,
        memoryBytes: Number(memoryBytes),
        reservedBytes: settings.memoryReserveBytes,
      }))
    },
    findPrincipal: (token) => findPrincipal(db, token),
    caCertificate: async () =>
      (await db.ask((prisma) => prisma.authority.findUnique({ where: { id: 1 } })))?.certificatePem ?? null,
    onSettled: (callback) => listener.on(callback),
    ping: async () => void (await db.rows(sql`SELECT 1`)),
  }
}

function outagesOf(db: Database): Pick<Catalogue, 'beginOutage' | 'endOutage'> {
  return {
    beginOutage: (accountId, zone, mode, key = null) => zones.beginOutage(db, accountId, zone, mode, key),
    endOutage: (zone) => zones.endOutage(db, zone),
  }
}

type OfParameterGroups = Pick<
  Catalogue,
  Extract<keyof Catalogue, `${string}ParameterGroup` | `${string}ParameterGroups`>
>

type OfServiceUpdates = Pick<
  Catalogue,
  Extract<keyof Catalogue, `${string}ServiceUpdate` | `${string}ServiceUpdates` | `${string}UpdateActions`>
>

function serviceUpdatesOf(db: Database, settings: PlacementSettings): OfServiceUpdates {
  return {
    listServiceUpdates: (query) => listServiceUpdates(db, query),
    findServiceUpdate: async (name) => (await listServiceUpdates(db, { name }))[0] ?? null,
    listUpdateActions: (accountId, query) => listUpdateActions(db, accountId, query),
    applyServiceUpdate: (accountId, serviceUpdateName, target) =>
      applyServiceUpdate(db, settings, { accountId, serviceUpdateName, target, initiatedBy: 'customer' }),
    stopServiceUpdate: (accountId, name, target) => stopServiceUpdate(db, accountId, name, target),
  }
}

function parameterGroupsOf(db: Database): OfParameterGroups {
  return {
    createParameterGroup: (accountId, plan) => parameterGroups.createParameterGroup(db, accountId, plan),
    changeParameterGroup: (accountId, name, change) =>
      parameterGroups.changeParameterGroup(db, accountId, name, change),
    deleteParameterGroup: (accountId, name) => parameterGroups.deleteParameterGroup(db, accountId, name),
    findParameterGroup: (accountId, name) => parameterGroups.findParameterGroup(db, accountId, name),
    listParameterGroups: (accountId, page) => parameterGroups.listParameterGroups(db, accountId, page),
  }
}

function snapshotsOf(
  db: Database,
): Pick<Catalogue, Extract<keyof Catalogue, `${string}Snapshot` | `${string}Snapshots` | keyof Uploads>> {
  return {
    beginUpload: (accountId, plan, key = null) => uploads.beginUpload(db, accountId, plan, key),
    keepUpload: (snapshotId) => uploads.keepUpload(db, snapshotId),
    endUpload: (file, key = null) => uploads.endUpload(db, file, key),
    dropUpload: (snapshotId) => uploads.dropUpload(db, snapshotId),
    createSnapshot: (accountId, plan, key = null) => createSnapshot(db, accountId, plan, key),
    importSnapshot: (accountId, plan, key = null) => importSnapshot(db, accountId, plan, key),
    copySnapshot: (accountId, plan, key = null) => copySnapshot(db, accountId, plan, key),
    deleteSnapshot: (accountId, name) => deleteSnapshot(db, accountId, name),
    findSnapshot: (accountId, name) => findSnapshot(db, accountId, name),
    listSnapshots: (accountId, query) => listSnapshots(db, accountId, query),
  }
}

function workflowStore(
  db: Database,
  keyring: Keyring,
  pools: PlacementSettings['pools'],
  spareNetworks: number,
): WorkflowStore {
  return {
    claim: (id, owner, leaseMs, leaseMsOf) => claim(db, id, owner, leaseMs, leaseMsOf),
    renew: (lease, leaseMs) => renew(db, lease, leaseMs),
    commit: (lease, step) => commit(db, pools, lease, step),
    setBack: (lease, error, retryMs) => setBack(db, lease, error, retryMs),
    due: (limit) => due(db, limit),
    loadNode: (id) => subjects.loadNode(db, keyring, id),
    loadReplicationGroup: (id) => subjects.loadReplicationGroup(db, id),
    loadCacheCluster: (id) => subjects.loadCacheCluster(db, id),
    loadNodeGroup: (id) => loadNodeGroup(db, keyring, id),
    loadEdge: (id) => loadEdge(db, id),
    loadZone: (name) => loadZone(db, name),
    loadSnapshot: (id) => loadSnapshot(db, keyring, id),
    loadDockerEngine: (id) => subjects.loadDockerEngine(db, pools, spareNetworks, id),
  }
}

/** How many nodes there are, and how they share what there is. */
function sizes(
  db: Database,
  settings: PlacementSettings,
): Pick<Catalogue, 'increaseReplicaCount' | 'decreaseReplicaCount' | 'changeShards'> {
  return {
    increaseReplicaCount: (accountId, replicationGroupId, wish, idempotency = null) =>
      increaseReplicaCount(db, settings, { accountId, replicationGroupId, idempotency }, wish),
    decreaseReplicaCount: (accountId, replicationGroupId, wish, idempotency = null) =>
      decreaseReplicaCount(db, { accountId, replicationGroupId, idempotency }, wish),
    changeShards: (accountId, replicationGroupId, wish, idempotency = null) =>
      changeShards(db, settings, { accountId, replicationGroupId, idempotency }, wish),
  }
}
