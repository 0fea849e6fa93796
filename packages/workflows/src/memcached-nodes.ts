import {
  eventOfCluster,
  FAILED_STEP,
  hop,
  invariant,
  milliseconds,
  nap,
  nodeRef,
  pass,
  planDiscovery,
  planEmptyUpdate,
  routeTarget,
  seconds,
  START_STEP,
  unreachable,
  type CacheCluster,
  type CacheNode,
  type DiscoveryList,
  type Endpoint,
  type MemcachedFacts,
  type OwnerSubject,
} from '@cacheplane/domain'
import type { StepContext } from './step-context.ts'

type Context = StepContext<OwnerSubject<CacheCluster>, { removing: string[]; shown: number }>

const LOOK_AGAIN_MS = milliseconds(250)

/**
 * Brings nodes that are wanted, shows the list of those that serve, and takes down those that are not wanted, in this
 * order: nobody is on the list before it serves, and nobody goes who is still on it.
 */
export async function converge(c: Context) {
  const { owner: cluster } = c.subject
  const memcached = factsOf(cluster)
  const { endpointFailure } = memcached
  if (endpointFailure !== null && c.workflow.firstHomeAt === null) return giveUp(c, endpointFailure)
  for (const node of cluster.nodes) tend(c, node)
  const plan = planDiscovery(cluster, memcached)
  if (plan.announce !== null) {
    announce(c, memcached, plan.announce)
    return hop('converge')
  }
  if (memcached.endpoint === null || memcached.endpoint.servingAt === null)
    return nap(seconds(30), 'the configuration endpoint is being made')
  const untold = await show(c, memcached, memcached.endpoint, plan.plain)
  if (untold !== null) return nap(LOOK_AGAIN_MS, untold)
  if (plan.dismiss.length > 0) return dismiss(c, plan.dismiss)
  if (plan.because !== null) return nap(seconds(30), plan.because)
  const updating = update(c)
  if (updating !== null) return updating
  if (c.frame.removing.length > 0) event(c, `Removed cache nodes ${c.frame.removing.join(', ')}`)
  c.frame.removing = []
  c.clear('converge')
  return pass('wait')
}

/** Null when no service update is being applied, or it is over. */
function update(c: Context) {
  const { update: run, owner: cluster } = c.subject
  if (run === null) return null
  const plan = planEmptyUpdate(cluster.nodes, run)
  switch (plan.do) {
    case 'replace':
      c.change({ do: 'begin-update', actionId: run.actionId })
      c.change({ do: 'raise', kind: 'node', subjectId: plan.nodeId, signal: 'replace' })
      return nap(seconds(30), `cache node ${plan.cacheNodeId} is being replaced`)
    case 'wait':
      // Whoever was in doubt and is well does not wake us.
      return nap(seconds(1), plan.because)
    case 'finish':
      c.change({ do: 'finish-update', actionId: run.actionId })
      return null
    default:
      return unreachable(plan)
  }
}

/** The creation is given up. */
export function giveUp(c: Pick<Context, 'fail'>, because: string) {
  c.fail(because)
  return hop('unwind')
}

/** Nobody is led to nodes that go; an edge that cannot be told is cleared by whoever has the endpoint next. */
export async function hide(c: Pick<Context, 'subject' | 'fleet'>): Promise<void> {
  const endpoint = c.subject.owner.memcached?.endpoint ?? null
  if (endpoint === null || endpoint.servingAt === null) return
  await c.fleet.publishList(endpoint, endpoint.slot, null)
  await c.fleet.routeEndpoint(endpoint, endpoint.slot, { primary: null, readers: [] })
}

function factsOf({ cacheClusterId, memcached }: CacheCluster): MemcachedFacts {
  invariant(memcached, `${cacheClusterId} is a Memcached cluster`)
  return memcached
}

/** A node that could not be made goes again, and the cluster stays as large as it could become. */
function tend(c: Context, { id, workflow, leaving, cacheNodeId }: CacheNode): void {
  if (workflow.step === START_STEP)
    c.change({ do: 'spawn', kind: 'node', subjectId: id, parentId: c.workflow.id })
  if (workflow.step !== FAILED_STEP || leaving) return
  c.change({ do: 'set-leaving', nodeId: id })
  event(c, `Failed to create cache node ${cacheNodeId}`, workflow.failure ?? undefined)
}

function announce(c: Context, { configVersion, announcedNodeIds }: MemcachedFacts, nodeIds: string[]): void {
  const version = configVersion + 1
  c.change({ do: 'announce', clusterId: c.subject.owner.id, version, nodeIds })
  if (configVersion === 0) return
  const counts = `from ${announcedNodeIds.length} to ${nodeIds.length}`
  event(
    c,
    `Finished modifying number of nodes ${counts}`,
    `version ${version} of the list of nodes names them`,
  )
}

/** Null when clients find what they should, otherwise why not yet. */
async function show(
  c: Context,
  { configVersion, announcedNodeIds }: MemcachedFacts,
  endpoint: Endpoint,
  plain: CacheNode | null,
): Promise<string | null> {
  if (configVersion === 0) return null
  const { id: clusterId, engineVersion } = c.subject.owner
  const listed = c.subject.owner.nodes.filter(({ id }) => announcedNodeIds.includes(id))
  const silent = c.frame.shown < configVersion ? await findSilent(c, listed) : null
  if (silent !== null) return silent
  const list: DiscoveryList = {
    clusterId,
    version: configVersion,
    engineVersion,
    nodes: listed.map(({ address, port }) => ({ address, port })),
  }
  const shown = await c.fleet.publishList(endpoint, endpoint.slot, list)
  if (shown.kind !== 'ready') return shown.because
  c.frame.shown = configVersion
  const routed = await c.fleet.routeEndpoint(endpoint, endpoint.slot, {
    primary: plain && routeTarget({ node: plain, cluster: c.subject.owner }),
    readers: [],
  })
  return routed.kind === 'ready' ? null : routed.because
}

/** Rows may not know yet that a node has died: each is asked before a list that is new names it. */
async function findSilent(c: Context, nodes: readonly CacheNode[]): Promise<string | null> {
  const { owner: cluster } = c.subject
  const readings = await Promise.all(nodes.map((node) => c.fleet.observeNode(nodeRef({ node, cluster }), 0)))
  const index = readings.findIndex(({ kind }) => kind !== 'serving')
  const node = nodes[index]
  if (node === undefined) return null
  c.change({ do: 'raise', kind: 'node', subjectId: node.id, signal: 'checkup' })
  return `cache node ${node.cacheNodeId} does not answer`
}

function dismiss(c: Context, nodes: readonly CacheNode[]) {
  for (const { id } of nodes) c.change({ do: 'raise', kind: 'node', subjectId: id, signal: 'destroy' })
  const known = nodes.filter(({ workflow }) => workflow.firstHomeAt !== null)
  c.frame.removing = [...new Set([...c.frame.removing, ...known.map(({ cacheNodeId }) => cacheNodeId)])]
  return nap(seconds(30), `${nodes.length} nodes are being removed`)
}

function event(c: Context, message: string, because?: string): void {
  const { accountId, cacheClusterId } = c.subject.owner
  c.event(accountId, eventOfCluster(cacheClusterId, message, because))
}
