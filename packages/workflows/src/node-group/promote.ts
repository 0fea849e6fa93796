import {
  choiceOf,
  describeChoice,
  hop,
  milliseconds,
  nap,
  nodeRef,
  nodeSpec,
  seconds,
  type NodeSubject,
} from '@cacheplane/domain'
import {
  advance,
  EXAMINE_MS,
  groupEvent,
  inServiceBesides,
  memberEvent,
  mustFind,
  ongoing,
  stage,
  tellCluster,
  type Context,
} from './context.ts'
import { hasStoodStill, letGo } from './hold-writes.ts'
import { leadClients } from './lead-clients.ts'
import { heedSisters, shutUntilTold, tellDeparture } from './take-over.ts'

const RETRY_MS = milliseconds(50)

/** A candidate that does not answer for so long is given up, if somebody else has a copy. */
const ANSWER_WITHIN_MS = seconds(1.5)
/** If nobody has, it holds the only one. */
const LAST_COPY_WITHIN_MS = seconds(30)

/**
 * Makes the chosen node the primary, sees that it is, and opens the endpoint's route to it. What an order whose answer was
 * lost has come to, the node itself tells; ordered twice is as good as once. It may still happen when the candidate is
 * given up, which is why that is fenced before another is tried (reliability V5).
 */
export async function promote(c: Context) {
  const failover = ongoing(c)
  const candidate = mustFind(c, failover.candidateId)
  const notYet = (await heedSisters(c, candidate)) ?? (await shutUntilTold(c, candidate))
  if (notYet !== null) return mayYetLead(c, candidate, notYet)
  if (!(await hasStoodStill(c, candidate))) return hop('catch_up')
  const promoted = await c.fleet.promoteNode(nodeSpec(candidate))
  if (promoted.kind === 'refused') return tryAnother(c, candidate, promoted.because)
  const reading = await c.fleet.examineNode(nodeRef(candidate), EXAMINE_MS)
  if (reading.kind === 'dead') return tryAnother(c, candidate, reading.because)
  if (reading.kind !== 'serving') return doubt(c, candidate, reading.because)
  if (reading.role !== 'primary') return doubt(c, candidate, 'the chosen node is not the primary yet')
  // It booted as an empty primary of its own, which no promotion makes whole.
  if (reading.replication.formerHistoryId !== failover.heritage)
    return fenceCandidate(c, candidate, 'it was started again and lost its data')
  const took = stage(c, 'promoted', `${candidate.cluster.cacheClusterId} takes writes`, failover.startedAtMs)
  const untold = (await tellDeparture(c, candidate)) ?? (await letGo(c))
  if (untold !== null) return nap(RETRY_MS, untold)
  if (!reading.open) {
    const opened = await c.fleet.openNode(nodeSpec(candidate))
    if (opened.kind !== 'ready') return nap(RETRY_MS, opened.because)
  }
  c.frame.historyId = reading.replication.historyId
  const cut = await routeTo(c, candidate)
  advance(c, took, stage(c, 'routed', cut ?? 'the endpoint routes to it', failover.startedAtMs))
  handOver(c, candidate)
  return hop('converge')
}

/** What it waits for may take longer than it lives. */
async function mayYetLead(c: Context, candidate: NodeSubject, because: string) {
  const reading = await c.fleet.examineNode(nodeRef(candidate), EXAMINE_MS)
  if (reading.kind === 'dead') return tryAnother(c, candidate, reading.because)
  return reading.kind === 'serving' ? nap(RETRY_MS, because) : doubt(c, candidate, reading.because)
}

/** Null when clients are led to the new primary; otherwise why not, and converging goes on with it. */
async function routeTo(c: Context, candidate: NodeSubject): Promise<string | null> {
  const { lostNodeId, kind } = ongoing(c)
  const readers = inServiceBesides(c, candidate.node.id, ...(kind === 'recovery' ? [] : [lostNodeId]))
  return leadClients(c, candidate, readers)
}

function handOver(c: Context, candidate: NodeSubject): void {
  const { id, epoch, lostNodeId, kind } = ongoing(c)
  const { nodeGroup } = c.subject
  const lost = mustFind(c, lostNodeId)
  const [from, to] = [lost.cluster.cacheClusterId, candidate.cluster.cacheClusterId]
  c.change({ do: 'set-primary', nodeGroupId: nodeGroup.id, epoch: BigInt(epoch), nodeId: candidate.node.id })
  c.change({ do: 'advance-failover', failoverId: id, advance: { toCacheClusterId: to } })
  if (candidate.node.openedAt === null)
    c.change({ do: 'set-opened', nodeId: candidate.node.id, opened: true })
  tellCluster(c)
  if (kind === 'recovery') return
  if (candidate.node.replaces === lostNodeId) return succeed(c, candidate, lost)
  const message = `Failover from primary node ${from} to replica node ${to} completed`
  groupEvent(c, message)
  memberEvent(c, candidate, message)
  // One that handed over stays and follows; a lost one is made again in its zone.
  if (kind !== 'switch') c.change({ do: 'raise', kind: 'node', subjectId: lostNodeId, signal: 'replace' })
}

/** In the same commit, so that the old node is never told to follow a version that it does not know. */
function succeed(c: Context, candidate: NodeSubject, { node }: NodeSubject): void {
  c.change({ do: 'set-leaving', nodeId: node.id })
  memberEvent(c, candidate, `Replaced cache node ${node.cacheNodeId}`, describeChoice(choiceOf(candidate)))
}

async function doubt(c: Context, candidate: NodeSubject, because: string) {
  const { electedAtMs, lostNodeId, tried, kind } = ongoing(c)
  const besides = inServiceBesides(c, candidate.node.id, lostNodeId, ...tried)
  const others = besides.filter(({ node }) => !node.leaving)
  // In a planned switch the old primary has everything, in a recovery the replicas have.
  const isLast = others.length === 0 && kind !== 'switch' && kind !== 'recovery'
  const patienceMs = isLast ? LAST_COPY_WITHIN_MS : ANSWER_WITHIN_MS
  if (c.now().getTime() - electedAtMs < patienceMs) return nap(RETRY_MS, because)
  return fenceCandidate(c, candidate, because)
}

async function fenceCandidate(c: Context, candidate: NodeSubject, because: string) {
  const fenced = await c.fleet.fenceNode(nodeRef(candidate))
  if (fenced.kind === 'fenced') return tryAnother(c, candidate, because)
  return nap(RETRY_MS, `nobody knows whether ${candidate.cluster.cacheClusterId} was promoted: ${because}`)
}

/** The old primary of a planned switch is whole, and takes its clients back. */
function tryAnother(c: Context, candidate: NodeSubject, because: string) {
  const failover = ongoing(c)
  failover.tried.push(candidate.node.id)
  failover.candidateId = null
  groupEvent(c, `Failover to replica node ${candidate.cluster.cacheClusterId} failed`, because)
  if (failover.kind === 'switch') return hop('reopen')
  return hop(failover.kind === 'recovery' ? 'rebuild' : 'elect')
}
