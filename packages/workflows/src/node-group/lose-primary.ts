import {
  electPrimary,
  hop,
  invariant,
  milliseconds,
  nap,
  nodeRef,
  seconds,
  type Elected,
  type NodeReading,
  type NodeSubject,
} from '@cacheplane/domain'
import { candidateOf } from './candidate-of.ts'
import {
  advance,
  choose,
  examineAll,
  groupEvent,
  inServiceBesides,
  isAtHome,
  mustFind,
  ongoing,
  stage,
  type Context,
} from './context.ts'
import { heirsOf } from './heirs-of.ts'
import { isServed, route } from './lead-clients.ts'

const RETRY_MS = milliseconds(100)
/** Replicas that are there and do not answer hold the only copies: they are waited for this long. */
export const HEIRS_WITHIN_MS = seconds(30)

/**
 * Cuts the endpoint's primary route and makes sure that the lost primary is dead, both at once. Only then may offsets be
 * read: whoever is still written to makes any order of the replicas a guess (reliability F5). They are read right away, and
 * the evidence is committed with the choice.
 */
export async function fence(c: Context) {
  const { startedAtMs, lostNodeId, kind } = ongoing(c)
  const lost = mustFind(c, lostNodeId)
  const [cut, { fenced, isUnreachable }] = await Promise.all([cutRoute(c, lost), endOf(c, lost)])
  const unrouted = stage(c, 'unrouted', cut ?? 'the endpoint routes no writes', startedAtMs)
  if (fenced.kind === 'fenced') {
    advance(c, unrouted, stage(c, 'fenced', `${fenced.how}: ${fenced.because}`, startedAtMs))
    return kind === 'recovery' ? recover(c, lost) : electAtOnce(c)
  }
  // Its engine cannot be asked: that no client reaches it is as good, as long as the endpoint has said so.
  if (isUnreachable && kind !== 'recovery' && cut === null) {
    const instead = c.subject.group.clusterEnabled ? await cutOff(c, lost) : 'by the route alone'
    if (instead !== null) {
      advance(c, unrouted, stage(c, 'fenced', `unverified, ${instead}: ${fenced.because}`, startedAtMs))
      return electAtOnce(c)
    }
  }
  return nap(RETRY_MS, `the lost primary is not known to be dead: ${fenced.because}`)
}

/** Evidence that it is dead; without any, whether its engine is out of reach as well. */
async function endOf(c: Context, lost: NodeSubject) {
  const look = () => c.fleet.examineNode(nodeRef(lost), RETRY_MS)
  // A lost host has many primaries, and each look in vain takes its time: both at once.
  const early = ongoing(c).isOutOfSight ? look() : null
  const fenced = await c.fleet.fenceNode(nodeRef(lost))
  if (fenced.kind === 'fenced') return { fenced, isUnreachable: false }
  const reading = await (early ?? look())
  return { fenced, isUnreachable: reading.kind === 'unreachable' }
}

/** In the same step: a commit and a look at the rows in between would only cost time. */
async function electAtOnce(c: Context) {
  const outcome = await elect(c)
  return outcome.kind === 'nap' ? hop('elect') : outcome
}

/** Null when no client writes through the endpoint, otherwise why that is not known. */
async function cutRoute(c: Context, lost: NodeSubject): Promise<string | null> {
  return isServed(c) ? route(c, null, inServiceBesides(c, lost.node.id)) : null
}

/** A primary that the others have not heard for longer than this takes no more writes by itself, unless it leads most of them. */
const CUT_OFF_MS = seconds(7)

/** Clients of a cluster come to a node directly. What is as good as a fence: it is out of the others' reach for long. */
async function cutOff(c: Context, lost: NodeSubject): Promise<string | null> {
  if (c.now().getTime() - ongoing(c).startedAtMs < CUT_OFF_MS) return null
  const replicas = inServiceBesides(c, lost.node.id)
  const readings = await Promise.all(replicas.map((one) => c.fleet.readCluster(nodeRef(one))))
  const views = readings.flatMap((one) => (one.kind === 'known' ? [one.view] : []))
  const isHeard = views.some(({ peers }) =>
    peers.some(({ id, isLinked }) => id === lost.node.clusterNodeId && isLinked),
  )
  return views.length > 0 && !isHeard ? 'by the silence between it and its replicas' : null
}

/** A replica that does not answer at once may be the one that is furthest along. */
const HEAR_ALL_WITHIN_MS = seconds(1)

/** Reads every replica afresh and chooses; the choice is recorded before it is acted on. */
export async function elect(c: Context) {
  const failover = ongoing(c)
  const lost = mustFind(c, failover.lostNodeId)
  const others = c.subject.nodes.filter(
    ({ node }) => node.id !== failover.lostNodeId && !failover.tried.includes(node.id),
  )
  const readings = await examineAll(c, others)
  const elected = electPrimary({
    candidates: others.map((one) => candidateOf(one, readings)),
    historyId: c.frame.historyId,
    lostZone: lost.node.zone,
  })
  const waitedMs = c.now().getTime() - failover.startedAtMs
  if (elected.kind === 'elected') {
    const isUnheard = elected.votes.some((vote) => vote.mayCome && mayAnswerSoon(readings.get(vote.nodeId)))
    if (isUnheard && waitedMs < HEAR_ALL_WITHIN_MS) return nap(RETRY_MS, 'a replica has not answered yet')
    return take(c, elected, readings)
  }
  const mayCome = elected.votes.some((vote) => vote.mayCome)
  const areFrozen = others.some(
    (one) => one.zoneOutage !== null && readings.get(one.node.id)?.kind === 'frozen',
  )
  if (areFrozen || (mayCome && waitedMs < HEIRS_WITHIN_MS))
    return nap(RETRY_MS, `nobody can take over yet: ${elected.because}`)
  return startEmpty(c, lost, elected.because)
}

function mayAnswerSoon(reading: NodeReading | undefined): boolean {
  return reading?.kind === 'silent' || reading?.kind === 'starting' || reading?.kind === 'unknown'
}

function take(
  c: Context,
  { nodeId, because, votes }: Extract<Elected, { kind: 'elected' }>,
  readings: ReadonlyMap<string, NodeReading>,
) {
  const { cacheClusterId } = mustFind(c, nodeId).cluster
  const reading = readings.get(nodeId)
  invariant(reading?.kind === 'serving', `${cacheClusterId} was heard before it was chosen`)
  choose(c, nodeId, reading.replication.historyId)
  const candidates = votes.map(({ nodeId: _, isHeir: __, mayCome: ___, ...vote }) => vote)
  const phase = stage(c, 'elected', `${cacheClusterId}: ${because}`, ongoing(c).startedAtMs)
  advance(c, { ...phase, candidates })
  return hop('promote')
}

/** Without automatic failover the node itself comes back: with its replicas' data where there is some. */
async function recover(c: Context, lost: NodeSubject) {
  if (lost.node.rebooting) return startEmpty(c, lost, 'a restart was asked for')
  const others = c.subject.nodes.filter((one) => one !== lost && isAtHome(one))
  const readings = await examineAll(c, others)
  if (heirsOf(c, lost, readings).length === 0)
    return startEmpty(c, lost, others.length === 0 ? 'it was the only node' : 'no replica has a copy')
  c.change({ do: 'raise', kind: 'node', subjectId: lost.node.id, signal: 'replace' })
  return hop('rebuild')
}

/** Every copy is lost: what is left is to serve again, and to say so. */
export function startEmpty(c: Context, lost: NodeSubject, because: string) {
  const { node } = lost
  c.frame.mayStartEmpty = { nodeId: node.id, incarnation: node.incarnation + 1 }
  c.frame.historyId = null
  c.change({ do: 'raise', kind: 'node', subjectId: node.id, signal: 'replace' })
  groupEvent(
    c,
    `The data of node group ${c.subject.nodeGroup.nodeGroupId} was lost; it starts empty`,
    because,
  )
  return hop('converge')
}
