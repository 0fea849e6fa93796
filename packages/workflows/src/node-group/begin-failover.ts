import {
  choiceOf,
  describeChoice,
  hop,
  newId,
  seconds,
  nap,
  type FailoverKind,
  type NodeReading,
  type NodeSubject,
  type PrimaryVerdict,
} from '@cacheplane/domain'
import { groupEvent, outageOf, primaryOf, stage, type Context } from './context.ts'
import { heirsOf } from './heirs-of.ts'

type Lost = Extract<PrimaryVerdict, { kind: 'lost' }>

/**
 * A frozen primary holds data that nobody else has: with no replica to take over, it is waited for this long. One that is
 * out of our sight is waited for without end: its clients may be served by it all the while.
 */
const THAW_WITHIN_MS = seconds(30)

type Readings = ReadonlyMap<string, NodeReading>

/**
 * What becomes of a lost primary: a replica takes over where that is wanted and possible; otherwise its node is made again,
 * from its replicas' data as long as there is any (ElastiCache, AutoFailover: "when only the primary node fails"). It is
 * not killed for a takeover while nobody is seen who could take over: it may hold the only copy.
 */
export function beginAutomatic(c: Context, { because, data }: Lost, readings: Readings) {
  const primary = primaryOf(c)
  const heirs = heirsOf(c, primary, readings).filter(({ node }) => !node.leaving)
  const outage = outageOf(primary)
  // It goes on where it stood when its zone is back, and nobody could take over before.
  if (outage !== null && data !== 'gone' && heirs.every((one) => one.zoneOutage !== null))
    return nap(seconds(1), outage)
  const holdsTheOnlyCopy = data !== 'gone' && !heirs.some((one) => hasCopy(readings, one))
  const isPatienceOver = data === 'frozen' && hasLasted(c, primary, THAW_WITHIN_MS)
  if (holdsTheOnlyCopy && !isPatienceOver) return nap(seconds(1), `the primary is waited for: ${because}`)
  if (heirs.length === 0) return begin(c, { kind: 'recovery', cause: because, to: null })
  const kind = c.subject.group.automaticFailoverEnabled ? 'automatic' : 'recovery'
  return begin(c, { kind, cause: because, to: null, isOutOfSight: data === 'out-of-sight' })
}

/** A restart of the primary empties the node group and fails over to nobody (ElastiCache, RebootCacheCluster). */
export function beginReboot(c: Context) {
  return begin(c, { kind: 'recovery', cause: 'a restart of the primary was asked for', to: null })
}

/** The successor of the primary takes its place, in a planned switch. */
export function beginTakeover(c: Context, to: NodeSubject) {
  const cause = `a node of ${describeChoice(choiceOf(to))} takes the place of the primary's`
  return begin(c, { kind: 'switch', cause, to })
}

/** What a user asked for begins only while the primary serves; null when nothing was asked. */
export function beginAsked(c: Context, readings: Readings) {
  const { failover, nodes } = c.subject
  if (failover?.status !== 'requested' || c.frame.failover !== null) return null
  const wanted = nodes.find(({ cluster }) => cluster.cacheClusterId === failover.toCacheClusterId)
  // The primary is lost on purpose only for a replica that is there.
  const heirs = nodes.filter(
    (one) => one.node.id !== c.subject.nodeGroup.primaryNodeId && isServing(readings, one),
  )
  const able = failover.kind === 'switch' ? heirs.filter((one) => one === wanted) : heirs
  const ready = able.some(({ node }) => c.frame.streams[node.id] === undefined)
  // One whose copy is complete will have the rest within a second; the question stands until then.
  if (!ready && able.length > 0) return null
  c.clear('failover')
  if (!ready) {
    c.change({ do: 'advance-failover', failoverId: failover.id, advance: { status: 'abandoned' } })
    groupEvent(c, 'Failover was given up', 'there is no replica that could take over')
    return null
  }
  return begin(c, { kind: failover.kind, cause: failover.cause, to: wanted ?? null, asked: failover.id })
}

function isServing(readings: Readings, one: NodeSubject): boolean {
  const reading = readings.get(one.node.id)
  const isLinked = reading?.kind === 'serving' && reading.replication.link?.up === true
  return isLinked && hasCopy(readings, one) && !one.node.leaving
}

function hasCopy(readings: Readings, { node }: NodeSubject): boolean {
  const reading = readings.get(node.id)
  if (reading?.kind !== 'serving') return false
  const { loading, link } = reading.replication
  return reading.open && !loading && link?.syncing !== true
}

interface Beginning {
  kind: FailoverKind
  cause: string
  to: NodeSubject | null
  /** Id of the record, when it was asked for. */
  asked?: string
  /** Neither the primary nor its engine was heard. */
  isOutOfSight?: boolean
}

/** The next epoch: from here on nothing that was decided in an earlier one counts. */
function begin(c: Context, { kind, cause, to, asked, isOutOfSight = false }: Beginning) {
  const { nodeGroup } = c.subject
  const primary = primaryOf(c)
  endOthers(c, asked)
  const startedAtMs = c.now().getTime()
  const epoch = nodeGroup.epoch + 1n
  const id = asked ?? newId('failover', c.random)
  c.change({ do: 'begin-epoch', nodeGroupId: nodeGroup.id, fromEpoch: nodeGroup.epoch })
  if (asked === undefined) {
    const fromCacheClusterId = primary.cluster.cacheClusterId
    const failover = { id, nodeGroupId: nodeGroup.id, epoch, kind, cause, fromCacheClusterId }
    c.change({ do: 'record-failover', failover })
  }
  const phases = [stage(c, 'detected', cause, startedAtMs), stage(c, 'confirmed', cause, startedAtMs)]
  c.change({ do: 'advance-failover', failoverId: id, advance: { status: 'running', epoch, phases } })
  c.frame.failover = {
    id,
    kind,
    epoch: String(epoch),
    startedAtMs,
    lostNodeId: primary.node.id,
    isOutOfSight,
    candidateId: to?.node.id ?? null,
    heritage: null,
    electedAtMs: 0,
    tried: [],
  }
  return hop(kind === 'switch' ? 'close' : 'fence')
}

/** What was asked for has to give way; one whose new primary died before redundancy was restored is over. */
function endOthers(c: Context, asked: string | undefined): void {
  const { failover } = c.subject
  if (failover === null || failover.id === asked) return
  const status = failover.status === 'running' ? 'completed' : 'abandoned'
  c.change({ do: 'advance-failover', failoverId: failover.id, advance: { status } })
  c.clear('failover')
}

/** For how long the primary has been looked at in vain. */
function hasLasted(c: Context, { node }: NodeSubject, ms: number): boolean {
  const silence = c.frame.silence[node.id]
  return silence !== undefined && c.now().getTime() - silence.sinceMs >= ms
}
