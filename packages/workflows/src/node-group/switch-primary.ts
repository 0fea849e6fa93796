import { hop, milliseconds, nap, nodeRef, nodeSpec, seconds, type NodeSubject } from '@cacheplane/domain'
import {
  advance,
  choose,
  EXAMINE_MS,
  findNode,
  groupEvent,
  inServiceBesides,
  mustFind,
  ongoing,
  stage,
  type Context,
} from './context.ts'
import { goOnWriting, standStill } from './hold-writes.ts'
import { areApart, misfitBetween } from './into-cluster.ts'
import { route } from './lead-clients.ts'

const RETRY_MS = milliseconds(20)
const CATCH_UP_AGAIN_MS = milliseconds(2)
/** After so long the old primary is lost, like any other that keeps silent. */
const REOPEN_WITHIN_MS = seconds(8)
/** A replica that needs longer is too far behind for a short gap: the switch is called off. */
const CATCH_UP_WITHIN_MS = seconds(3)

/**
 * A planned switch loses nothing that was acknowledged: the old primary takes no more writes before the new one's offset is
 * compared with its own. It is closed rather than paused, because a pause would end by itself if we died here; in cluster
 * mode, where it gives its clients away itself, it is paused and compared again.
 */
export async function close(c: Context) {
  const { startedAtMs, lostNodeId } = ongoing(c)
  const old = mustFind(c, lostNodeId)
  const notCut = await route(c, null, inServiceBesides(c, old.node.id))
  if (notCut !== null) return hop('reopen')
  const unrouted = stage(c, 'unrouted', 'the endpoint routes no writes', startedAtMs)
  const closed = await standStill(c, old)
  switch (closed.kind) {
    case 'ready':
      advance(c, unrouted, stage(c, 'fenced', 'it takes no more writes', startedAtMs))
      return hop('catch_up')
    case 'refused':
      return hop('fence')
    case 'unknown':
      return nap(RETRY_MS, closed.because)
  }
}

export async function catchUp(c: Context) {
  const { startedAtMs, lostNodeId, candidateId } = ongoing(c)
  const [old, candidate] = [mustFind(c, lostNodeId), mustFind(c, candidateId)]
  const had = await c.fleet.examineNode(nodeRef(old), EXAMINE_MS)
  const has = await c.fleet.examineNode(nodeRef(candidate), EXAMINE_MS)
  if (had.kind === 'dead') return hop('fence')
  if (had.kind === 'serving' && has.kind === 'serving') {
    // One that was started again meanwhile has nothing, and would be easy to catch up with.
    if (had.replication.historyId !== c.frame.historyId) return hop('fence')
    if (has.replication.historyId !== c.frame.historyId) return hop('reopen')
    if (has.replication.offset >= had.replication.offset) {
      const misfit =
        candidate.node.busPort !== null && areApart(old, candidate) ? misfitBetween(had, [has]) : null
      if (misfit !== null) return stayOutside(c, candidate, misfit)
      const { cacheClusterId } = candidate.cluster
      choose(c, candidate.node.id, has.replication.historyId)
      advance(
        c,
        stage(c, 'elected', `${cacheClusterId} has everything up to ${had.replication.offset}`, startedAtMs),
      )
      return hop('promote')
    }
  }
  if (c.now().getTime() - startedAtMs > CATCH_UP_WITHIN_MS) return hop('reopen')
  return nap(CATCH_UP_AGAIN_MS, 'the new primary is catching up')
}

/** The change stops, for what was written until the last moment. */
function stayOutside(c: Context, { node }: NodeSubject, because: string) {
  c.change({ do: 'stop-rolling', groupId: c.subject.group.id, because })
  c.change({ do: 'set-leaving', nodeId: node.id })
  return hop('reopen')
}

/** Calls a switch off: the old primary has every write, and takes its clients back, unless it is lost meanwhile. */
export async function reopen(c: Context) {
  const failover = ongoing(c)
  const old = mustFind(c, failover.lostNodeId)
  const reading = await c.fleet.examineNode(nodeRef(old), EXAMINE_MS)
  if (reading.kind === 'dead' || reading.kind === 'frozen') return hop('fence')
  if (reading.kind === 'serving' && reading.replication.historyId !== c.frame.historyId) return hop('fence')
  const opened = reading.kind === 'serving' ? await c.fleet.openNode(nodeSpec(old)) : reading
  if (opened.kind === 'refused') return hop('fence')
  if (opened.kind !== 'ready') {
    const isLost = c.now().getTime() - failover.startedAtMs > REOPEN_WITHIN_MS
    return isLost ? hop('fence') : nap(RETRY_MS, opened.because)
  }
  await goOnWriting(c, old)
  const candidate = failover.candidateId === null ? undefined : findNode(c, failover.candidateId)
  if (candidate?.node.replaces === old.node.id) c.frame.switchesFailed += 1
  c.change({ do: 'advance-failover', failoverId: failover.id, advance: { status: 'abandoned' } })
  groupEvent(c, 'Failover was given up', 'the new primary could not take over in time')
  c.frame.failover = null
  return hop('converge')
}
