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
import { sql } from '../sql.ts'
import { applyChange } from './apply-change.ts'

export const SETTLED_CHANNEL = 'cacheplane_settled'

interface HeldRow {
  id: string
  step: string
  wakes: string
  root_id: string
  held: boolean
}

/** Everything a step recorded and its outcome, or nothing: the first statement proves the lease and keeps it locked. */
export function commit(db: Database, pools: Pools, lease: Lease, step: StepCommit): Promise<Committed> {
  return db.transaction(async (q) => {
    const held = await lockHeld(q, lease, step.changes)
    await clearSignals(q, lease, step)
    const woken: string[] = []
    for (const change of step.changes) woken.push(...(await applyChange(q, pools, change)))
    const committed = await conclude(q, lease, step, held)
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
  const { ids, kinds, subjects } = wokenBy(changes)
  const rows = await q.rows<HeldRow>(sql`
    SELECT id, step, wakes, root_id, lease_token = ${token} AND lease_until > clock_now() AS held FROM workflow
    WHERE id IN (SELECT unnest(${[workflowId, ...ids]}::text[]) UNION
      SELECT w.id FROM unnest(${kinds}::text[], ${subjects}::text[]) AS s(kind, subject_id) JOIN workflow w USING (kind, subject_id))
    ORDER BY id FOR UPDATE`)
  const own = rows.find((row) => row.id === workflowId)
  if (own?.held !== true)
    throw new StaleLease(`the lease of ${workflowId} with token ${token} is not valid any more`)
  return own
}

function wokenBy(changes: readonly Change[]) {
  const raised = changes.filter((change) => change.do === 'raise')
  return {
    ids: changes.flatMap((change) => (change.do === 'wake' ? [change.workflowId] : [])),
    kinds: raised.map((change) => change.kind),
    subjects: raised.map((change) => change.subjectId),
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

async function conclude(q: Queryable, lease: Lease, step: StepCommit, held: HeldRow): Promise<Concluded> {
  const { outcome } = step
  switch (outcome.kind) {
    case 'done':
      await q.run(sql`DELETE FROM workflow WHERE id = ${lease.workflowId}`)
      await announce(q, held.root_id)
      return { kind: 'finished', signals: new Set(), wakes: step.wakes, deadlineAt: null }
    case 'hop':
      return update(q, lease, step, 'advanced', outcome.to)
    case 'nap': {
      // A wake that came since the step read its signals would otherwise be slept through.
      if (BigInt(held.wakes) !== step.wakes) return update(q, lease, step, 'woken', held.step)
      const napping = await update(q, lease, step, 'napping', held.step, outcome)
      if (held.step === HOME_STEP || held.step === FAILED_STEP) await announce(q, held.root_id)
      return napping
    }
  }
}

async function update(
  q: Queryable,
  { workflowId }: Lease,
  { frame, failure, deadlineMs }: StepCommit,
  kind: 'advanced' | 'woken' | 'napping',
  stepName: string,
  nap?: { ms: number; because: string },
): Promise<Concluded> {
  const isNap = nap !== undefined
  const [row] = await q.rows<{ wakes: string; deadline_at: Date | null; signals: Signal[] | null }>(sql`
    UPDATE workflow w SET step = ${stepName}, frame = ${JSON.stringify(frame)}::jsonb, attempts = 0, last_error = NULL,
      failure = COALESCE(${failure ?? null}, failure),
      deadline_at = CASE WHEN ${deadlineMs === undefined} THEN deadline_at ELSE clock_now() + ${deadlineMs ?? null}::float8 * interval '1 millisecond' END,
      first_home_at = CASE WHEN ${stepName === HOME_STEP} THEN COALESCE(first_home_at, clock_now()) ELSE first_home_at END,
      because = CASE WHEN ${isNap} THEN ${nap?.because ?? null} ELSE because END,
      run_at = CASE WHEN ${isNap} THEN clock_now() + ${nap?.ms ?? 0}::float8 * interval '1 millisecond' ELSE run_at END,
      lease_owner = CASE WHEN ${isNap} THEN NULL ELSE lease_owner END,
      lease_until = CASE WHEN ${isNap} THEN NULL ELSE lease_until END
    WHERE id = ${workflowId}
    RETURNING wakes, deadline_at, (SELECT array_agg(s.name) FROM signal s WHERE s.workflow_id = w.id) AS signals`)
  return {
    kind,
    signals: new Set(row?.signals ?? []),
    wakes: BigInt(row?.wakes ?? 0),
    deadlineAt: row?.deadline_at ?? null,
  }
}

async function announce(q: Queryable, rootId: string): Promise<void> {
  await q.rows(sql`SELECT pg_notify(${SETTLED_CHANNEL}, ${rootId})`)
}
