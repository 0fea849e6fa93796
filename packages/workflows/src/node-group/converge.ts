import {
  awaitStream,
  judgePrimary,
  milliseconds,
  nap,
  nodeRef,
  nodeSpec,
  pass,
  planMembership,
  routeTarget,
  seconds,
  unreachable,
  type Member,
  type MemberAction,
  type Membership,
  type NodeReading,
  type NodeSubject,
} from '@cacheplane/domain'
import { recovered } from '../recovered.ts'
import { wakeOwner } from '../wake-owner.ts'
import { beginAsked, beginAutomatic, beginReboot } from './begin-failover.ts'
import {
  advance,
  EXAMINE_MS,
  examineAll,
  findNode,
  isAtHome,
  memberEvent,
  ongoing,
  outageOf,
  primaryOf,
  stage,
  tellCluster,
  type Context,
} from './context.ts'
import { configureMembers } from './configure-members.ts'
import { isAstray } from './into-cluster.ts'
import { leadClients, sourceAt } from './lead-clients.ts'
import { isStranded, renew, roll } from './roll.ts'
import { isGivenUp, silentMs } from './silence.ts'
import { tendMembers } from './tend-members.ts'

const LOOK_AGAIN_MS = milliseconds(250)
/** A lost host has every primary on it looked at: what is looked at in vain is not looked at more than it needs. */
const LOOK_LATE_MS = milliseconds(600)
const CLOSE_MS = milliseconds(20)
/** Who has waited long does not gain by milliseconds. */
const PAUSE_SHARE = 0.1
const COMES_WITHIN_MS = { 'at-once': CLOSE_MS, soon: milliseconds(100), 'when-told': null } as const

interface Look {
  readings: ReadonlyMap<string, NodeReading>
  /** Epoch milliseconds. */
  begunMs: number
}

/** Looks at every member and at the endpoint, and does what brings them closer to where they should be. */
export async function converge(c: Context) {
  const gone = tendMembers(c)
  if (gone !== null) return gone
  const home = c.subject.nodes.filter(isAtHome)
  const begunMs = c.now().getTime()
  const readings = await examineAll(c, home)
  const primary = primaryOf(c)
  const reading = readings.get(primary.node.id)
  rememberStreams(c, readings)
  if (reading !== undefined && primary.node.openedAt !== null) {
    const verdict = judgePrimary({
      reading,
      replicas: home.filter((one) => one !== primary).flatMap(({ node }) => readings.get(node.id) ?? []),
      isSettled: c.frame.failover === null,
      silentMs: silentMs(c, primary, reading, begunMs),
      sendingMs: c.subject.group.sendingMs,
    })
    if (verdict.kind === 'suspect')
      return nap(untilNextLook(verdict.leftMs), `the primary is looked at again: ${verdict.because}`)
    if (verdict.kind === 'lost') return beginAutomatic(c, verdict, readings)
    remember(c, reading)
    if (primary.node.rebooting) return beginReboot(c)
    const asked = beginAsked(c, readings)
    if (asked !== null) return asked
  }
  const membership = planMembership(c.subject.nodes.map((one) => memberOf(c, one, readings)))
  return act(c, membership, { readings, begunMs })
}

/** So that a look in vain ends when its patience is over, and often enough until then that the silence counts as one. */
function untilNextLook(leftMs: number | null): number {
  if (leftMs === null) return LOOK_AGAIN_MS
  return Math.min(LOOK_LATE_MS, Math.max(CLOSE_MS, leftMs - EXAMINE_MS))
}

function remember(c: Context, reading: NodeReading): void {
  if (reading.kind === 'serving') c.frame.historyId = reading.replication.historyId
}

/** Of a node that is busy with itself nothing is remembered: it may come back in another container. */
function rememberStreams(c: Context, readings: ReadonlyMap<string, NodeReading>): void {
  const { primaryNodeId } = c.subject.nodeGroup
  const awaited = c.subject.nodes.flatMap(({ node: { id, openedAt } }) => {
    const reading = readings.get(id)
    if (reading === undefined || id === primaryNodeId) return []
    const stream = awaitStream(c.frame.streams[id] ?? null, reading, openedAt !== null)
    return stream === null ? [] : [[id, stream] as const]
  })
  c.frame.streams = Object.fromEntries(awaited)
}

function memberOf(c: Context, one: NodeSubject, readings: ReadonlyMap<string, NodeReading>): Member {
  const { node } = one
  const { mayStartEmpty, formed } = c.frame
  const target = routeTarget(one)
  const isPrimary = node.id === c.subject.nodeGroup.primaryNodeId
  return {
    nodeId: node.id,
    isPrimary,
    reading: readings.get(node.id) ?? null,
    inService: node.openedAt !== null,
    outage: outageOf(one),
    leaving: node.leaving,
    mayStartEmpty:
      !formed || (mayStartEmpty?.nodeId === node.id && node.incarnation >= mayStartEmpty.incarnation),
    isStranded: !isPrimary && (isStranded(c, one) || isAstray(c, one, readings.get(node.id))),
    stream: c.frame.streams[node.id] ?? null,
    target,
  }
}

async function act(c: Context, membership: Membership, { readings, begunMs }: Look) {
  const results = await performAll(c, membership.actions)
  const undone = results.find((because) => because !== null) ?? null
  if (membership.primaryServes) replaceTheSilent(c, { readings, begunMs })
  const routed = await routeAll(c, membership, results)
  const untold = await configureMembers(c, readings)
  const because = undone ?? membership.because ?? routed ?? untold
  if (because === null) conclude(c)
  const rolled = membership.primaryServes ? await roll(c, readings, because) : null
  if (rolled !== null) return rolled
  if (because === null) return settle(c)
  const comesWithinMs = COMES_WITHIN_MS[membership.comes]
  if (comesWithinMs !== null) return nap(Math.max(comesWithinMs, pauseMs(c)), because)
  const isWatched = [...readings.values()].some(({ kind }) => kind !== 'serving' && kind !== 'dead')
  const isTold = undone === null && routed === null && untold === null && !isWatched
  return nap(isTold ? seconds(10) : LOOK_AGAIN_MS, because)
}

/** Whoever waits for redundancy leaves the processors to groups that still wait for a primary: a lost host has many. */
function pauseMs(c: Context): number {
  const { failover } = c.frame
  if (failover === null) return 0
  return Math.min(LOOK_AGAIN_MS, (c.now().getTime() - failover.startedAtMs) * PAUSE_SHARE)
}

/** In a cluster the primary comes first: it claims its slots while it knows nobody. */
async function performAll(c: Context, actions: readonly MemberAction[]): Promise<(string | null)[]> {
  const { nodeGroup, group } = c.subject
  const isFirst = ({ nodeId }: MemberAction) => group.clusterEnabled && nodeId === nodeGroup.primaryNodeId
  const nothing = Promise.resolve(null)
  const early = await Promise.all(actions.map((action) => (isFirst(action) ? perform(c, action) : nothing)))
  if (early.some((because) => because !== null))
    return actions.map((_, i) => early[i] ?? 'the primary comes first')
  return Promise.all(actions.map((action) => (isFirst(action) ? nothing : perform(c, action))))
}

/** Null when it is done, otherwise why not yet. */
async function perform(c: Context, action: MemberAction): Promise<string | null> {
  const one = findNode(c, action.nodeId)
  if (one === undefined) return 'the node is gone'
  switch (action.do) {
    case 'open':
      return open(c, one)
    case 'follow': {
      const followed = await c.fleet.followPrimary(nodeSpec(one), sourceAt(c, primaryOf(c)))
      return followed.kind === 'ready' ? null : followed.because
    }
    case 'replace':
      c.change({ do: 'raise', kind: 'node', subjectId: one.node.id, signal: 'replace' })
      return null
    case 'renew':
      renew(c, one)
      return null
    default:
      return unreachable(action)
  }
}

async function open(c: Context, one: NodeSubject): Promise<string | null> {
  const unclaimed = await claimFirst(c, one)
  if (unclaimed !== null) return unclaimed
  const opened = await c.fleet.openNode(nodeSpec(one))
  if (opened.kind !== 'ready') return opened.because
  const { node } = one
  tellCluster(c)
  if (node.openedAt === null) c.change({ do: 'set-opened', nodeId: node.id, opened: true })
  if (node.id === c.subject.nodeGroup.primaryNodeId) {
    c.frame.formed = true
    c.frame.mayStartEmpty = null
  }
  if (node.incarnation > 1 && node.openedAt === null) memberEvent(c, one, recovered(node))
  if (node.rebooting && node.openedAt === null) c.change({ do: 'clear-rebooting', nodeId: node.id })
  return null
}

/** The first primary has its slots before it gets to know anybody, who then learn of them at once. */
async function claimFirst(c: Context, one: NodeSubject): Promise<string | null> {
  const { group, nodeGroup } = c.subject
  if (!group.clusterEnabled || c.frame.formed || one.node.id !== nodeGroup.primaryNodeId) return null
  // Engines take their epochs from one on, and those of two shards must differ.
  const epoch = Number(nodeGroup.nodeGroupId) + 1
  const claimed = await c.fleet.claimSlots(nodeRef(one), nodeGroup.slots, epoch)
  return claimed.kind === 'ready' ? null : claimed.because
}

/**
 * A replica that is frozen or silent is out of the readers' way at once, and replaced when it stays so, as long as its
 * primary has what it has. During an outage of its zone it would only lose its copy, and could not be made again.
 */
function replaceTheSilent(c: Context, { readings, begunMs }: Look): void {
  for (const one of c.subject.nodes) {
    const reading = readings.get(one.node.id)
    const isReplica = one.node.id !== c.subject.nodeGroup.primaryNodeId
    if (reading === undefined || !isReplica || reading.kind === 'dead' || one.zoneOutage !== null) continue
    const source = readings.get(c.subject.nodeGroup.primaryNodeId)
    if (isGivenUp(c, one, { reading, source, begunMs }))
      c.change({ do: 'raise', kind: 'node', subjectId: one.node.id, signal: 'replace' })
  }
}

/** Null when the endpoint routes as it should. */
async function routeAll(
  c: Context,
  { primaryServes, readers, actions }: Membership,
  results: (string | null)[],
) {
  const failed = new Set(actions.filter((_, i) => results[i] !== null).map(({ nodeId }) => nodeId))
  const primary = primaryOf(c)
  const served = readers.filter((id) => !failed.has(id)).flatMap((id) => findNode(c, id) ?? [])
  return leadClients(c, primaryServes && !failed.has(primary.node.id) ? primary : null, served)
}

/** A change of primary is over. */
function conclude(c: Context): void {
  if (c.frame.failover === null) return
  const { id, startedAtMs } = ongoing(c)
  advance(c, stage(c, 'redundancy-restored', 'every member serves again', startedAtMs))
  c.change({ do: 'advance-failover', failoverId: id, advance: { status: 'completed' } })
  c.frame.failover = null
}

/** Everything is where it should be. */
function settle(c: Context) {
  c.clear('converge')
  c.clear('configure')
  c.clear('checkup')
  c.frame.silence = {}
  const { id, authTokenUpdate } = c.subject.group
  if (authTokenUpdate !== null) c.change({ do: 'end-token-update', replicationGroupRow: id })
  c.deadline(null)
  wakeOwner(c)
  return pass('wait')
}
