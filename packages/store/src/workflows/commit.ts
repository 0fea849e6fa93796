import {
  HOME_STEP,
  FAILED_STEP,
  StaleLease,
  type Change,
  type Committed,
  type Lease,
  type Signal,
  type StepCommit,
} from '@cacheplane/domain'
import type { Pools } from '../allocation.ts'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { prepared, sql } from '../sql.ts'
import { applyChange } from './apply-change.ts'
import { mergeAdvances } from './merge-advances.ts'

export const SETTLED_CHANNEL = 'cacheplane_settled'

const concluded = prepared('conclude_step')
const heldRows = prepared('lock_held')

interface HeldRow {
  id: string
  wakes: string
  root_id: string
  held: boolean
}

/** Everything a step recorded and its outcome, or nothing: only with the lease, which is proved first. */
export function commit(db: Database, pools: Pools, lease: Lease, step: StepCommit): Promise<Committed> {
  return isAlone(step) ? commitAlone(db, lease, step) : commitAll(db, pools, lease, step)
}

function isAlone({ outcome, changes, clear }: StepCommit): boolean {
  return outcome.kind !== 'done' && changes.length === 0 && clear.length === 0
}

/** One statement is a transaction too, at a quarter of the round trips. It may be repeated: it says the same again. */
async function commitAlone(q: Queryable, lease: Lease, step: StepCommit): Promise<Committed> {
  return { ...(await conclude(q, lease, step)), woken: [] }
}

function commitAll(db: Database, pools: Pools, lease: Lease, step: StepCommit): Promise<Committed> {
  return db.transaction(async (q) => {
    const held = await lockHeld(q, lease, step.changes)
    await clearSignals(q, lease, step)
    const woken: string[] = []
    for (const change of mergeAdvances(step.changes)) woken.push(...(await applyChange(q, pools, change)))
    const committed =
      step.outcome.kind === 'done' ? await finish(q, lease, held) : await conclude(q, lease, step)
    return { ...committed, woken: [...new Set(woken)].filter((id) => id !== lease.workflowId) }
  })
}

/**
 * Locks the step's own row and those that its changes wake, all in one order: two workflows that wake each other would
 * otherwise wait for each other until the server notices.
 */
async function lockHeld(
  q: Queryable,
  { workflowId, token }: Lease,
  changes: readonly Change[],
): Promise<HeldRow> {
  const { ids, kinds, subjects, edges } = wokenBy(changes)
  const rows = await q.rows<HeldRow>(heldRows`
    SELECT id, wakes, root_id, lease_token = ${token} AND lease_until > clock_now() AS held FROM workflow
    WHERE id IN (SELECT unnest(${[workflowId, ...ids]}::text[]) UNION
      SELECT w.id FROM unnest(${kinds}::text[], ${subjects}::text[]) AS s(kind, subject_id) JOIN workflow w USING (kind, subject_id) UNION
      SELECT w.id FROM endpoint p JOIN workflow w ON (w.kind = 'node-group' AND w.subject_id = p.node_group_id)
        OR (w.kind = 'cache-cluster' AND w.subject_id = p.cache_cluster_id)
        OR (w.kind = 'replication-group' AND w.subject_id = p.replication_group_id)
      WHERE p.edge_id = ANY(${edges}::text[]))
    ORDER BY id FOR UPDATE`)
  const own = rows.find((row) => row.id === workflowId)
  if (own?.held !== true) throw stale({ workflowId, token })
  return own
}

function wokenBy(changes: readonly Change[]) {
  const raised = changes.filter((change) => change.do === 'raise' || change.do === 'lower')
  return {
    ids: changes.flatMap((change) => (change.do === 'wake' ? [change.workflowId] : [])),
    kinds: raised.map((change) => change.kind),
    subjects: raised.map((change) => change.subjectId),
    edges: changes.flatMap((change) => (change.do === 'raise-on-edge' ? [change.edgeId] : [])),
  }
}

/** A signal that was raised again since the step read it stays. */
async function clearSignals(
  q: Queryable,
  { workflowId }: Lease,
  { clear, wakes }: StepCommit,
): Promise<void> {
  if (clear.length === 0) return
  await q.run(
    sql`DELETE FROM signal WHERE workflow_id = ${workflowId} AND name = ANY(${clear}) AND wake <= ${wakes}`,
  )
}

type Concluded = Omit<Committed, 'woken'>

async function finish(
  q: Queryable,
  { workflowId }: Lease,
  { root_id: rootId, wakes }: HeldRow,
): Promise<Concluded> {
  await q.run(sql`DELETE FROM workflow WHERE id = ${workflowId}`)
  await q.rows(sql`SELECT pg_notify(${SETTLED_CHANNEL}, ${rootId})`)
  return { kind: 'finished', signals: new Set(), wakes: BigInt(wakes), deadlineAt: null }
}

interface ConcludedRow {
  napping: boolean
  wakes_read: string
  deadline_at: Date | null
  signals: Signal[] | null
}

/**
 * A nap gives way to a wake that came since the step read its signals: it would be slept through. As in a claim, signals
 * and wakes are both read as of the statement's start. Parts that come to rest are not announced while their owner is still
 * being made: it rests after them, and whoever waits for it would look in vain.
 */
async function conclude(q: Queryable, { workflowId, token }: Lease, step: StepCommit): Promise<Concluded> {
  const { outcome, passed = [], frame, failure, deadlineMs, wakes } = step
  const next = nextOf(step)
  const cameHome = [...passed, next].includes(HOME_STEP)
  const nap = outcome.kind === 'nap' ? outcome : null
  const [row] = await q.rows<ConcludedRow>(concluded`
    WITH concluded AS (
      UPDATE workflow w SET step = COALESCE(${next}, step), frame = ${JSON.stringify(frame)}::jsonb, attempts = 0, last_error = NULL,
        failure = COALESCE(${failure ?? null}, failure),
        deadline_at = CASE WHEN ${deadlineMs === undefined} THEN deadline_at ELSE clock_now() + ${deadlineMs ?? null}::float8 * interval '1 millisecond' END,
        first_home_at = CASE WHEN ${cameHome} THEN COALESCE(first_home_at, clock_now()) ELSE first_home_at END,
        because = CASE WHEN ${nap !== null} AND wakes = ${wakes} THEN ${nap?.because ?? null}
          WHEN ${outcome.kind === 'hop'} OR COALESCE(${next}, step) <> step THEN NULL ELSE because END,
        run_at = CASE WHEN ${nap !== null} AND wakes = ${wakes} THEN clock_now() + ${nap?.ms ?? 0}::float8 * interval '1 millisecond' ELSE run_at END,
        lease_owner = CASE WHEN ${nap !== null} AND wakes = ${wakes} THEN NULL ELSE lease_owner END,
        lease_until = CASE WHEN ${nap !== null} AND wakes = ${wakes} THEN NULL ELSE lease_until END
      WHERE id = ${workflowId} AND lease_token = ${token} AND lease_until > clock_now()
      RETURNING step, root_id, lease_until IS NULL AS napping, deadline_at,
        (SELECT o.wakes FROM workflow o WHERE o.id = w.id) AS wakes_read,
        (SELECT array_agg(s.name) FROM signal s WHERE s.workflow_id = w.id) AS signals)
    SELECT napping, deadline_at, wakes_read, signals,
      CASE WHEN napping AND step IN (${HOME_STEP}, ${FAILED_STEP}) AND NOT EXISTS (
        SELECT 1 FROM workflow owner WHERE owner.kind IN ('replication-group', 'cache-cluster') AND owner.subject_id = concluded.root_id
          AND owner.id <> ${workflowId} AND owner.first_home_at IS NULL AND owner.step <> ${FAILED_STEP})
        THEN pg_notify(${SETTLED_CHANNEL}, root_id) END
    FROM concluded`)
  if (row === undefined) throw stale({ workflowId, token })
  return {
    kind: row.napping ? 'napping' : nap === null ? 'advanced' : 'woken',
    signals: new Set(row.signals ?? []),
    wakes: BigInt(row.wakes_read),
    deadlineAt: row.deadline_at,
  }
}

/** Null when it stays where the claim found it. */
function nextOf({ outcome, passed }: StepCommit): string | null {
  return outcome.kind === 'hop' ? outcome.to : (passed?.at(-1) ?? null)
}

function stale({ workflowId, token }: Lease): StaleLease {
  return new StaleLease(`the lease of ${workflowId} with token ${token} is not valid any more`)
}
