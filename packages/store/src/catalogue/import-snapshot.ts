import {
  ServiceError,
  type Accepted,
  type Idempotency,
  type ImportPlan,
  type SnapshotOrigin,
} from '@cacheplane/domain'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { oncePerKey } from './change-group.ts'
import { insertSnapshot } from './create-snapshot.ts'

/** Of a cache there never was. */
const NO_CACHE = {
  port: null,
  transitEncryptionMode: null,
  authTokenEnabled: false,
  autoMinorVersionUpgrade: true,
  preferredMaintenanceWindow: '',
  snapshotRetentionLimit: 0,
  snapshotWindow: null,
  replicationGroupId: null,
  replicationGroupDescription: null,
  cacheClusterId: null,
  automaticFailoverEnabled: false,
  clusterEnabled: false,
  numNodeGroups: 1,
  preferredAvailabilityZone: null,
} as const

/** The rows of a snapshot of somebody's file and the workflow that will fetch it, or nothing. */
export function importSnapshot(
  db: Database,
  accountId: string,
  plan: ImportPlan,
  idempotency: Idempotency | null,
): Promise<Accepted> {
  return oncePerKey(db, { accountId, idempotency }, async (q) => {
    const { snapshotName, from, ...choice } = plan
    const imported = { ...from, engineId: await anEngine(q) }
    const origin: SnapshotOrigin = { ...NO_CACHE, ...choice, createdAt: new Date(0), imported }
    const files = [{ nodeGroupId: '0001', nodeGroupRow: null, slots: null }]
    return insertSnapshot(q, accountId, { snapshotName, kind: 'manual' }, { row: null, origin, files })
  })
}

/** It is tried there, and may become a cache anywhere. */
async function anEngine(q: Queryable): Promise<string> {
  const [engine] = await q.rows<{ id: string }>(
    sql`SELECT id FROM docker_engine WHERE reachable ORDER BY id LIMIT 1`,
  )
  if (engine !== undefined) return engine.id
  throw new ServiceError(
    'InsufficientCacheClusterCapacity',
    'No Docker engine can be reached that the file could be tried on.',
  )
}
