import type { CacheNode, Change, MemcachedFacts, NodeGroup, Outcome } from '@cacheplane/domain'
import type { Store } from '@cacheplane/store'
import { ACCOUNT, aCommit, mustClaim, type TestStore } from './stores.ts'

/** What a worker does to the rows of an owner, without the containers. */
export interface Owner {
  id: string
  kind: 'replication-group' | 'cache-cluster'
  nodes: readonly CacheNode[]
  nodeGroups: readonly NodeGroup[]
  memcached?: MemcachedFacts | null
}

export async function ownerNamed(store: Store, kind: Owner['kind'], name: string): Promise<Owner> {
  if (kind === 'replication-group') {
    const group = await store.findReplicationGroup(ACCOUNT, name)
    if (group === null) throw new Error(`there is no group ${name}`)
    const nodes = group.nodeGroups.flatMap((shard) => shard.members.flatMap((member) => member.nodes))
    return { id: group.id, kind, nodes, nodeGroups: group.nodeGroups }
  }
  const cluster = await store.findCacheCluster(ACCOUNT, name)
  if (cluster === null) throw new Error(`there is no cluster ${name}`)
  return { id: cluster.id, kind, nodes: cluster.nodes, nodeGroups: [], memcached: cluster.memcached }
}

export async function bringHome({ store, rows }: TestStore, owner: Owner): Promise<void> {
  const workflowId = await workflowOf(rows, owner.id)
  for (const { id, endpoint } of owner.nodeGroups) {
    await step(store, workflowId, [{ do: 'spawn', kind: 'node-group', subjectId: id, parentId: workflowId }])
    if (endpoint === null) continue
    const serving: Change = { do: 'set-edge', edgeId: endpoint.edgeId, presence: 'known', serving: true }
    await step(store, await workflowOf(rows, endpoint.edgeId), [serving], 'wait')
  }
  const [nodeGroup] = owner.nodeGroups
  const parentId = nodeGroup === undefined ? workflowId : await workflowOf(rows, nodeGroup.id)
  await bringNodesHome({ store, rows }, owner.nodes, parentId)
  for (const { id } of owner.nodeGroups) await step(store, await workflowOf(rows, id), [], 'wait')
  await step(store, workflowId, await announced({ store, rows }, owner), 'wait')
}

/** As when the configuration endpoint shows all nodes; the edge may serve others already. */
async function announced(
  { store, rows }: Pick<TestStore, 'store' | 'rows'>,
  { id: clusterId, nodes, memcached }: Owner,
): Promise<Change[]> {
  const endpoint = memcached?.endpoint ?? null
  if (!memcached || endpoint === null) return []
  const serving: Change = { do: 'set-edge', edgeId: endpoint.edgeId, presence: 'known', serving: true }
  await step(store, await workflowOf(rows, endpoint.edgeId), [serving], 'wait')
  const version = memcached.configVersion + 1
  return [{ do: 'announce', clusterId, version, nodeIds: nodes.map((node) => node.id) }]
}

/** As when replicas have come: spawns what has no workflow yet, and has all of them serve. */
export async function bringNodesHome(
  { store, rows }: Pick<TestStore, 'store' | 'rows'>,
  nodes: readonly CacheNode[],
  parentId: string,
): Promise<void> {
  for (const { id } of nodes)
    await step(store, parentId, [{ do: 'spawn', kind: 'node', subjectId: id, parentId }])
  for (const { id } of nodes) {
    const opened: Change = { do: 'set-opened', nodeId: id, opened: true, engineVersionActual: '8.1.1' }
    await step(store, await workflowOf(rows, id), [opened], 'wait')
  }
}

export async function giveUp({ store, rows }: TestStore, owner: Owner, failure: string): Promise<void> {
  await step(store, await workflowOf(rows, owner.id), [], 'failed', failure)
}

export async function takeDown({ store, rows }: TestStore, owner: Owner): Promise<void> {
  const workflowId = await workflowOf(rows, owner.id)
  await rows(`DELETE FROM workflow WHERE root_id = $1 AND id <> $2`, [owner.id, workflowId])
  const claim = await mustClaim(store, workflowId)
  const gone = owner.nodes.map((node): Change => ({ do: 'remove-node', nodeId: node.id }))
  const shards = owner.nodeGroups.map((shard): Change => ({ do: 'remove-node-group', id: shard.id }))
  const removal: Change = { do: `remove-${owner.kind}`, id: owner.id }
  await store.commit(
    claim.lease,
    aCommit(claim, { kind: 'done' }, { changes: [...gone, ...shards, removal] }),
  )
}

export async function workflowOf(rows: TestStore['rows'], subjectId: string): Promise<string> {
  const [row] = await rows<{ id: string }>(`SELECT id FROM workflow WHERE subject_id = $1`, [subjectId])
  if (row === undefined) throw new Error(`${subjectId} has no workflow`)
  return row.id
}

/** One claim: records the changes, hops, clears what was asked, and rests there. */
export async function step(
  store: Store,
  id: string,
  changes: Change[],
  to?: string,
  failure?: string,
): Promise<void> {
  const claim = await mustClaim(store, id)
  const rest: Outcome = { kind: 'nap', ms: 0, because: 'resting' }
  const over = {
    changes,
    clear: [...claim.signals].filter((signal) => signal !== 'destroy'),
    ...(failure !== undefined && { failure }),
  }
  if (to === undefined) {
    await store.commit(claim.lease, aCommit(claim, rest, over))
    return
  }
  const hopped = await store.commit(claim.lease, aCommit(claim, { kind: 'hop', to }, over))
  await store.commit(claim.lease, aCommit({ ...claim, wakes: hopped.wakes }, rest))
}
