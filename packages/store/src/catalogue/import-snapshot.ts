import {
  ServiceError,
  type Accepted,
  type BroughtFiles,
  type Idempotency,
  type ImportPlan,
  type Loader,
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
    const source = await sourceOf(q, { ...choice, from: [from], shards: 1 })
    return insertSnapshot(q, accountId, { snapshotName, kind: 'manual' }, source)
  })
}

export interface SeedWish extends Brought {
  accountId: string
  ownerId: string
  /** Of the owner, which waits for the files. */
  workflowId: string
}

/** Files that only one new cache is to begin with: a snapshot that nobody is shown, and that cache's need of it. */
export async function insertSeedFiles(q: Queryable, wish: SeedWish): Promise<void> {
  const { accountId, ownerId, workflowId, ...brought } = wish
  if (brought.from.length === 0) return
  // Nothing that a user names can be called so.
  const of = { snapshotName: `for ${ownerId}`, kind: 'manual', broughtFor: { ownerId, workflowId } } as const
  const { resourceId } = await insertSnapshot(q, accountId, of, await sourceOf(q, brought))
  await q.run(sql`INSERT INTO restore (owner_id, snapshot_id) VALUES (${ownerId}, ${resourceId})`)
}

type Brought = Loader & Omit<BroughtFiles, 'engineId'>

/** @param count how many files there will be, wherever they come from */
export async function sourceOf(q: Queryable, { from, shards, ...choice }: Brought, count = from.length) {
  const imported = { engineId: await anEngine(q), from: [...from], shards }
  const { engine, engineVersion, cacheNodeType, cacheParameterGroupName } = choice
  const settings = { engine, engineVersion, cacheNodeType, cacheParameterGroupName }
  const origin: SnapshotOrigin = { ...NO_CACHE, ...settings, createdAt: new Date(0), imported }
  const files = Array.from({ length: count }, (_, i) => ({
    nodeGroupId: String(i + 1).padStart(4, '0'),
    nodeGroupRow: null,
    slots: null,
  }))
  return { row: null, origin, files }
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
