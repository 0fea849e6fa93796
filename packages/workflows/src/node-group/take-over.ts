import {
  nodeRef,
  planTakeover,
  routeTarget,
  seconds,
  type NodeSubject,
  type Sister,
  type SisterShard,
  type SlotMark,
} from '@cacheplane/domain'
import { ongoing, type Context } from './context.ts'

/** Another shard that keeps silent for longer than this does not keep this one from having a primary. */
const SISTERS_WITHIN_MS = seconds(30)

type Primary = NonNullable<SisterShard['primary']>

/**
 * While slots go between shards, whoever takes over has to know first which of its primary's are somebody else's by now. Null
 * when it does, otherwise why not yet.
 */
export async function heedSisters(c: Context, candidate: NodeSubject): Promise<string | null> {
  const { resharding, sisters: shards, group } = c.subject
  if (resharding === null || isPatienceOver(c)) return null
  if (resharding.isHandingOver) {
    // It gives way to any signal, and looks at the primaries anew.
    c.change({ do: 'raise', kind: 'replication-group', subjectId: group.id, signal: 'converge' })
    return 'slots are being given to another shard'
  }
  const reading = await c.fleet.readCluster(nodeRef(candidate))
  if (reading.kind !== 'known') return reading.because
  const known = shards.flatMap(({ slots, primary }) => (primary === null ? [] : [{ slots, primary }]))
  const sisters = await Promise.all(known.map(({ slots, primary }) => sisterOf(c, slots, primary)))
  const { speakerIds, because } = planTakeover(reading.view, sisters)
  const speakers = known.filter(({ primary }) => speakerIds.includes(primary.node.id))
  const target = { ...routeTarget(candidate), busPort: candidate.node.busPort ?? 0 }
  await Promise.all(speakers.map(({ primary }) => c.fleet.introduceNode(nodeRef(primary), [target])))
  return because
}

async function sisterOf(c: Context, slots: Sister['slots'], primary: Primary): Promise<Sister> {
  const reading = await c.fleet.readCluster(nodeRef(primary))
  return { nodeId: primary.node.id, slots, view: reading.kind === 'known' ? reading.view : null }
}

/**
 * A new primary that does not know of slots on their way would say of their keys that there are none, and take others in
 * their place: it is closed until it knows. Null when it is, or need not be, otherwise why not.
 */
export async function shutUntilTold(c: Context, candidate: NodeSubject): Promise<string | null> {
  if (departure(c) === null) return null
  const closed = await c.fleet.closeNode(nodeRef(candidate))
  return closed.kind === 'ready' ? null : closed.because
}

/** Tells the new primary, and whoever gets the slots, that they are on their way. Null when both know. */
export async function tellDeparture(c: Context, candidate: NodeSubject): Promise<string | null> {
  const leaving = departure(c)
  const ownId = candidate.node.clusterNodeId
  if (leaving === null || ownId === null || isPatienceOver(c)) return null
  const { slots, to } = leaving
  const tell = async (one: Pick<NodeSubject, 'node' | 'cluster'>, as: SlotMark) => {
    const told = await c.fleet.setSlots(nodeRef(one), slots, as)
    return told.kind === 'ready' ? null : told.because
  }
  return (
    (await tell(to, { mark: 'importing', peerId: ownId })) ??
    (await tell(candidate, { mark: 'migrating', peerId: leaving.toPeerId }))
  )
}

/** Null when nothing leaves, or nobody is there to get it. */
function departure({ subject: { resharding, sisters } }: Context) {
  const leaving = resharding?.leaving ?? null
  const to = sisters.find(({ shardId }) => shardId === leaving?.toShardId)?.primary ?? null
  const toPeerId = to?.node.clusterNodeId ?? null
  return leaving === null || to === null || toPeerId === null ? null : { slots: leaving.slots, to, toPeerId }
}

function isPatienceOver(c: Context): boolean {
  return c.now().getTime() - ongoing(c).startedAtMs > SISTERS_WITHIN_MS
}
