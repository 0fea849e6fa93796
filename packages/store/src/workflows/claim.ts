import type { Claim, Lease, Signal, Workflow, WorkflowKind } from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { prepared, sql } from '../sql.ts'

const claimed = prepared('claim_workflow')
const dueRows = prepared('due_workflows')
const renewed = prepared('renew_lease')

interface WorkflowRow {
  id: string
  kind: WorkflowKind
  subject_id: string
  parent_id: string | null
  step: string
  frame: Record<string, unknown>
  wakes_read: string
  attempts: number
  deadline_at: Date | null
  first_home_at: Date | null
  failure: string | null
  because: string | null
  lease_token: string
  signals: Signal[] | null
}

/**
 * One statement takes the lease, so that of two workers one gets it. The attempt is counted here: a crash counts too.
 *
 * Signals and wakes are both read as of the statement's start. The row itself may be newer, if somebody raised a signal
 * while the statement waited for it: with that row's wakes and without its signal, the wake would be slept through.
 */
export async function claim(
  q: Queryable,
  workflowId: string,
  owner: string,
  leaseMs: number,
  leaseMsOf: Partial<Record<WorkflowKind, number>> = {},
): Promise<Claim | null> {
  const [row] = await q.rows<WorkflowRow>(claimed`
    UPDATE workflow w SET lease_owner = ${owner}, lease_token = lease_token + 1, attempts = attempts + 1,
      lease_until = clock_now()
        + COALESCE((${JSON.stringify(leaseMsOf)}::jsonb ->> w.kind)::float8, ${leaseMs}::float8) * interval '1 millisecond'
    WHERE id = ${workflowId} AND run_at <= clock_now() AND (lease_until IS NULL OR lease_until <= clock_now())
    RETURNING w.id, w.kind, w.subject_id, w.parent_id, w.step, w.frame, w.attempts, w.deadline_at, w.first_home_at,
      w.failure, w.because, w.lease_token, (SELECT o.wakes FROM workflow o WHERE o.id = w.id) AS wakes_read,
      (SELECT array_agg(s.name) FROM signal s WHERE s.workflow_id = w.id) AS signals`)
  if (row === undefined) return null
  return {
    lease: { workflowId, token: BigInt(row.lease_token) },
    workflow: readWorkflow(row),
    signals: new Set(row.signals ?? []),
    wakes: BigInt(row.wakes_read),
  }
}

export async function renew(q: Queryable, { workflowId, token }: Lease, leaseMs: number): Promise<boolean> {
  const changed = await q.run(renewed`
    UPDATE workflow SET lease_until = clock_now() + ${leaseMs} * interval '1 millisecond'
    WHERE id = ${workflowId} AND lease_token = ${token} AND lease_until > clock_now()`)
  return changed === 1
}

export async function due(q: Queryable, limit: number): Promise<string[]> {
  const rows = await q.rows<{ id: string }>(dueRows`
    SELECT id FROM workflow WHERE run_at <= clock_now() AND (lease_until IS NULL OR lease_until <= clock_now())
    ORDER BY run_at LIMIT ${limit}`)
  return rows.map((row) => row.id)
}

export async function setBack(
  q: Queryable,
  { workflowId, token }: Lease,
  error: string,
  retryMs: number,
): Promise<void> {
  await q.run(sql`
    UPDATE workflow SET lease_until = NULL, lease_owner = NULL, last_error = ${error},
      run_at = clock_now() + ${retryMs} * interval '1 millisecond'
    WHERE id = ${workflowId} AND lease_token = ${token} AND lease_until IS NOT NULL`)
}

function readWorkflow(row: WorkflowRow): Workflow {
  return {
    id: row.id,
    kind: row.kind,
    subjectId: row.subject_id,
    parentId: row.parent_id,
    step: row.step,
    signals: row.signals ?? [],
    frame: row.frame,
    attempts: row.attempts,
    deadlineAt: row.deadline_at,
    firstHomeAt: row.first_home_at,
    failure: row.failure,
    because: row.because,
  }
}
