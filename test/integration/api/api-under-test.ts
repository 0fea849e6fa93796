import { Secret, type CacheNode, type Catalogue, type Change, type Outcome } from '@cacheplane/domain'
import { AesKeyring, type Store } from '@cacheplane/store'
import { pino } from 'pino'
import { buildApp } from '../../../apps/api/src/app.ts'
import type { App } from '../../../apps/api/src/http/types.ts'
import { systemClock } from '../../../apps/api/src/system-clock.ts'
import { ACCOUNT, aCommit, mustClaim, openTestStore, type TestStore } from '../../support/stores.ts'

/** For `expect.poll`: two busy cores are slow, and slow is not wrong. */
export const PATIENT = { timeout: 20_000 }
export const KEY = 'an-administrator-key-of-a-test'

export interface ApiUnderTest extends TestStore {
  app: App
  /** Ids of the workflows that were rung for. */
  rings: string[]
  /** Everything that was logged. */
  lines: string[]
  call(
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    body?: object,
    headers?: object,
  ): ReturnType<typeof send>
}

/** The whole API on a Postgres of its own, or on another catalogue that a test makes of it. */
export async function startApi(
  catalogueOf: (test: TestStore) => Catalogue = ({ store }) => store,
): Promise<ApiUnderTest> {
  const test = await openTestStore()
  await test.store.ensureAccessKey({
    accountId: ACCOUNT,
    accessKeyId: 'ak-test',
    token: new Secret(KEY),
    secretAccessKey: new Secret('a-secret-access-key'),
  })
  const rings: string[] = []
  const lines: string[] = []
  const app = await buildApp({
    catalogue: catalogueOf(test),
    doorbell: { ring: async (workflowId) => void rings.push(workflowId) },
    keyring: new AesKeyring(Buffer.alloc(32, 7)),
    clock: systemClock,
    random: Math.random,
    region: 'local-1',
    log: pino({ level: 'debug' }, { write: (line) => void lines.push(line) }),
  })
  return {
    ...test,
    app,
    rings,
    lines,
    call: (method, url, body, headers) => send(app, method, url, body, headers),
    close: async () => {
      await app.close()
      await test.close()
    },
  }
}

async function send(
  app: App,
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  body?: object,
  headers?: object,
) {
  const answer = await app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${KEY}`, ...headers },
    ...(body !== undefined && { payload: body }),
  })
  const isJson = /json/.test(String(answer.headers['content-type'] ?? ''))
  const json: Record<string, never> = isJson ? answer.json() : {}
  return { status: answer.statusCode, headers: answer.headers, body: json, text: answer.body }
}

/** What a worker does to the rows of an owner, without the containers. */
export interface Owner {
  id: string
  kind: 'replication-group' | 'cache-cluster'
  nodes: readonly CacheNode[]
}

export async function ownerNamed(store: Store, kind: Owner['kind'], name: string): Promise<Owner> {
  if (kind === 'replication-group') {
    const group = await store.findReplicationGroup(ACCOUNT, name)
    if (group === null) throw new Error(`there is no group ${name}`)
    const nodes = group.nodeGroups.flatMap((shard) => shard.members.flatMap((member) => member.nodes))
    return { id: group.id, kind, nodes }
  }
  const cluster = await store.findCacheCluster(ACCOUNT, name)
  if (cluster === null) throw new Error(`there is no cluster ${name}`)
  return { id: cluster.id, kind, nodes: cluster.nodes }
}

export async function bringHome({ store, rows }: TestStore, owner: Owner): Promise<void> {
  const workflowId = await workflowOf(rows, owner.id)
  await step(store, workflowId, [
    ...owner.nodes.map((node): Change => ({ do: 'spawn-node', nodeId: node.id, parentId: workflowId })),
  ])
  for (const node of owner.nodes) {
    const opened: Change = { do: 'set-opened', nodeId: node.id, opened: true, engineVersionActual: '8.1.1' }
    await step(store, await workflowOf(rows, node.id), [opened], 'wait')
  }
  await step(store, workflowId, [], 'wait')
}

export async function giveUp({ store, rows }: TestStore, owner: Owner, failure: string): Promise<void> {
  await step(store, await workflowOf(rows, owner.id), [], 'failed', failure)
}

export async function takeDown({ store, rows }: TestStore, owner: Owner): Promise<void> {
  const workflowId = await workflowOf(rows, owner.id)
  await rows(`DELETE FROM workflow WHERE parent_id = $1`, [workflowId])
  const claim = await mustClaim(store, workflowId)
  const gone = owner.nodes.map((node): Change => ({ do: 'remove-node', nodeId: node.id }))
  const removal: Change = { do: `remove-${owner.kind}`, id: owner.id }
  await store.commit(claim.lease, aCommit(claim, { kind: 'done' }, { changes: [...gone, removal] }))
}

async function workflowOf(rows: TestStore['rows'], subjectId: string): Promise<string> {
  const [row] = await rows<{ id: string }>(`SELECT id FROM workflow WHERE subject_id = $1`, [subjectId])
  if (row === undefined) throw new Error(`${subjectId} has no workflow`)
  return row.id
}

/** One claim: records the changes, hops, and rests there. */
async function step(
  store: Store,
  id: string,
  changes: Change[],
  to?: string,
  failure?: string,
): Promise<void> {
  const claim = await mustClaim(store, id)
  const rest: Outcome = { kind: 'nap', ms: 0, because: 'resting' }
  const over = { changes, ...(failure !== undefined && { failure }) }
  if (to === undefined) {
    await store.commit(claim.lease, aCommit(claim, rest, over))
    return
  }
  const hopped = await store.commit(claim.lease, aCommit(claim, { kind: 'hop', to }, over))
  await store.commit(claim.lease, aCommit({ ...claim, wakes: hopped.wakes }, rest))
}
