import {
  canFollow,
  choiceOf,
  electPrimary,
  hop,
  milliseconds,
  nap,
  nodeRef,
  nodeSpec,
  seconds,
  type NodeReading,
  type NodeSubject,
} from '@cacheplane/domain'
import { candidateOf } from './candidate-of.ts'
import { advance, choose, examineAll, isAtHome, mustFind, ongoing, stage, type Context } from './context.ts'
import { heirsOf } from './heirs-of.ts'
import { sourceAt } from './lead-clients.ts'
import { HEIRS_WITHIN_MS, startEmpty } from './lose-primary.ts'
import { remake } from './roll.ts'
import { isGivenUp } from './silence.ts'

const RETRY_MS = milliseconds(100)

/**
 * The lost node, made again and closed, copies the replica that is furthest along, and then takes its place back. Its
 * replicas serve readers meanwhile, and none of them ever follows it while it is empty.
 */
export async function rebuild(c: Context) {
  const failover = ongoing(c)
  const mine = mustFind(c, failover.lostNodeId)
  const { node } = mine
  if (!isAtHome(mine)) return nap(seconds(1), 'the lost primary is being made again')
  const others = c.subject.nodes.filter((one) => one !== mine)
  const readings = await examineAll(c, [mine, ...others])
  const heirs = heirsOf(c, mine, readings)
  const elected = furthest(c, heirs, readings)
  if (elected.kind === 'nobody') {
    const isWaitedFor = elected.votes.some((vote) => vote.mayCome) && !isInVain(c, heirs)
    if (!isWaitedFor) return startEmpty(c, mine, `every replica is lost, too: ${elected.because}`)
    return nap(RETRY_MS, `no replica answers: ${elected.because}`)
  }
  const own = readings.get(node.id)
  if (own?.kind === 'dead') {
    c.change({ do: 'raise', kind: 'node', subjectId: node.id, signal: 'replace' })
    return nap(seconds(1), `the node died again: ${own.because}`)
  }
  return copyFrom(c, mine, mustFind(c, elected.nodeId), readings)
}

/** Those that were let in hold a copy, and are waited for without end; others hardly can. */
function isInVain(c: Context, heirs: readonly NodeSubject[]): boolean {
  const waitedMs = c.now().getTime() - ongoing(c).startedAtMs
  return waitedMs > HEIRS_WITHIN_MS && heirs.every(({ node }) => node.openedAt === null)
}

function furthest(c: Context, heirs: readonly NodeSubject[], readings: ReadonlyMap<string, NodeReading>) {
  return electPrimary({
    candidates: heirs.map((one) => ({ ...candidateOf(one, readings), leaving: false })),
    historyId: c.frame.historyId,
    lostZone: '',
  })
}

/** It holds nothing that the replicas have not, so that it need not be waited for longer than any of them. */
function awaitAnswer(
  c: Context,
  mine: NodeSubject,
  own: NodeReading | undefined,
  source: NodeReading | undefined,
) {
  if (own !== undefined && isGivenUp(c, mine, { reading: own, source }))
    c.change({ do: 'raise', kind: 'node', subjectId: mine.node.id, signal: 'replace' })
  return nap(RETRY_MS, 'the node does not answer')
}

async function copyFrom(
  c: Context,
  mine: NodeSubject,
  source: NodeSubject,
  readings: ReadonlyMap<string, NodeReading>,
) {
  const failover = ongoing(c)
  const own = readings.get(mine.node.id)
  // In the middle of an upgrade the furthest replica may be newer.
  if (!canFollow(choiceOf(mine), choiceOf(source))) {
    remake(c, mine, choiceOf(source))
    return nap(seconds(1), 'the lost primary is made again as what its replicas are')
  }
  if (own?.kind !== 'serving') return awaitAnswer(c, mine, own, readings.get(source.node.id))
  const { link, loading } = own.replication
  if (link === null || link.source.port !== source.node.port) {
    const leads = await c.fleet.lendNode(nodeRef(source))
    if (leads.kind !== 'ready') return nap(RETRY_MS, leads.because)
    c.frame.historyId = null
    const followed = await c.fleet.followPrimary(nodeSpec(mine), sourceAt(c, source))
    return nap(RETRY_MS, followed.kind === 'ready' ? 'the node is copying' : followed.because)
  }
  if (!link.up || link.syncing || loading) return nap(milliseconds(50), 'the node is copying')
  choose(c, mine.node.id, own.replication.historyId)
  const because = `it was made again, with the data of ${source.cluster.cacheClusterId}`
  advance(c, stage(c, 'elected', because, failover.startedAtMs))
  return hop('promote')
}
