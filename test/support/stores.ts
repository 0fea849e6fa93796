import {
  Secret,
  splitSlots,
  type CacheClusterPlan,
  type Claim,
  type EngineReport,
  type Outcome,
  type ReplicationGroupPlan,
  type StepCommit,
} from '@cacheplane/domain'
import { AesKeyring, openStore, type Store, type StoreOptions } from '@cacheplane/store'
import pg from 'pg'
import { freshDatabase } from './template-db.ts'

const GIB = 1024 ** 3
export const ACCOUNT = '000000000000'
export const QUARANTINE_MS = 600_000

export interface TestStore {
  store: Store
  /** A second process on the same database. */
  open(over?: Partial<StoreOptions>): Store
  url: string
  /** Reads and breaks rows behind the store's back. */
  rows<Row>(text: string, values?: unknown[]): Promise<Row[]>
  /** Of the `simulation` kind: moves the database's clock on. */
  pass(ms: number): Promise<void>
  close(): Promise<void>
}

/** A store on a fresh database with one surveyed engine that has three zones. */
export async function openTestStore(
  kind: 'real' | 'simulation' = 'real',
  options: Partial<StoreOptions> = {},
): Promise<TestStore> {
  const database = await freshDatabase(kind)
  const stores: Store[] = []
  const open = (over: Partial<StoreOptions> = {}): Store => {
    const store = openStore({ ...anOptions(database.url), ...options, ...over })
    stores.push(store)
    return store
  }
  const pool = new pg.Pool({ connectionString: database.url, max: 3 })
  pool.on('error', () => undefined)
  const rows = async <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await pool.query<Record<string, unknown>>(text, values)).rows as Row[]
  const store = open()
  await store.recordSurvey([aReport()])
  return {
    store,
    open,
    url: database.url,
    rows,
    pass: async (ms) => database.pass(ms),
    close: async () => {
      await Promise.all(stores.map((one) => one.close()))
      await pool.end()
      await database.drop()
    },
  }
}

export const anOptions = (databaseUrl: string): StoreOptions => ({
  databaseUrl,
  keyring: new AesKeyring(Buffer.alloc(32, 7)),
  networkPool: '10.96.0.0/12',
  portPool: { from: 10_000, to: 22_000 },
  quarantineMs: QUARANTINE_MS,
  spareNetworks: 0,
  memoryReserveBytes: GIB,
  poolSize: 10,
})

export const aReport = (over: Partial<EngineReport> = {}): EngineReport => ({
  engineId: 'engine-1',
  zones: ['local-1a', 'local-1b', 'local-1c'],
  address: '127.0.0.1',
  reachable: true,
  cpus: 2,
  memoryBytes: 64 * GIB,
  ...over,
})

const base = {
  accountId: ACCOUNT,
  engine: 'valkey',
  engineVersion: '8.1',
  cacheNodeType: 'cache.t4g.micro',
  cacheParameterGroupName: 'default.valkey8',
  port: null,
  transitEncryptionMode: null,
  authTokenEnabled: false,
  autoMinorVersionUpgrade: true,
  preferredMaintenanceWindow: 'sun:05:00-sun:06:00',
  snapshotRetentionLimit: 0,
  snapshotWindow: null,
  authToken: null,
  zones: [null],
  snapshotName: null,
  seedFiles: [],
  idempotency: null,
} as const

export const aGroupPlan = (over: Partial<ReplicationGroupPlan> = {}): ReplicationGroupPlan => ({
  ...base,
  replicationGroupId: 'sessions',
  description: 'web sessions',
  atRestEncryptionEnabled: false,
  automaticFailoverEnabled: false,
  multiAZEnabled: false,
  clusterMode: 'disabled',
  shards: null,
  ...over,
})

/** What makes it a group with cluster mode: so many shards, with so many nodes each. */
export const aClusterOf = (shards: number, nodes: number) => ({
  clusterMode: 'enabled' as const,
  automaticFailoverEnabled: true,
  cacheParameterGroupName: 'default.valkey8.cluster.on',
  zones: Array.from({ length: shards * nodes }, () => null),
  shards: splitSlots(shards).map((range, i) => ({
    nodeGroupId: String(i + 1).padStart(4, '0'),
    slots: [range],
    nodeCount: nodes,
  })),
})

export const aClusterPlan = (over: Partial<CacheClusterPlan> = {}): CacheClusterPlan => ({
  ...base,
  engine: 'memcached',
  engineVersion: '1.6.38',
  cacheParameterGroupName: 'default.memcached1.6',
  cacheClusterId: 'pages',
  azMode: 'single-az',
  saslUsers: [],
  ...over,
})

export const aSecret = (text = 'a-token-of-sixteen-or-more'): Secret => new Secret(text)

/** A commit that changes nothing but what the test is about. */
export const aCommit = (claim: Claim, outcome: Outcome, over: Partial<StepCommit> = {}): StepCommit => ({
  outcome,
  frame: {},
  clear: [],
  changes: [],
  wakes: claim.wakes,
  ...over,
})

/** The lease of a workflow that must be free. */
export async function mustClaim(store: Store, workflowId: string, leaseMs = 30_000): Promise<Claim> {
  const claim = await store.claim(workflowId, 'tester', leaseMs)
  if (claim === null) throw new Error(`${workflowId} could not be claimed`)
  return claim
}
