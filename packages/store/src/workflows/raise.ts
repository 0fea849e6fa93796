import type { Signal, WorkflowKind } from '@cacheplane/domain'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { prepared, sql } from '../sql.ts'

const woken = prepared('wake_for_signal')
const raised = prepared('raise_signal')

/** Wakes a workflow and raises a signal on it. Null when the subject has none (any more). */
export async function raiseOn(
  q: Queryable,
  kind: WorkflowKind,
  subjectId: string,
  signal: Signal,
): Promise<string | null> {
  const [workflow] = await q.rows<{ id: string; wakes: string }>(woken`
    UPDATE workflow SET wakes = wakes + 1, run_at = LEAST(run_at, clock_now())
    WHERE kind = ${kind} AND subject_id = ${subjectId} RETURNING id, wakes`)
  if (workflow === undefined) return null
  await q.run(raised`
    INSERT INTO signal (workflow_id, name, wake) VALUES (${workflow.id}, ${signal}, ${workflow.wakes})
    ON CONFLICT (workflow_id, name) DO UPDATE SET wake = excluded.wake`)
  return workflow.id
}

/** Wakes the workflow as well: what it rests at without the signal is another rest. */
export async function lowerOn(
  q: Queryable,
  kind: WorkflowKind,
  subjectId: string,
  signal: Signal,
): Promise<string | null> {
  const [workflow] = await q.rows<{ id: string }>(sql`
    UPDATE workflow SET wakes = wakes + 1, run_at = LEAST(run_at, clock_now())
    WHERE kind = ${kind} AND subject_id = ${subjectId} RETURNING id`)
  if (workflow === undefined) return null
  await q.run(sql`DELETE FROM signal WHERE workflow_id = ${workflow.id} AND name = ${signal}`)
  return workflow.id
}

/** As a transaction of its own; raised twice is as good as once. */
export function raiseOnce(
  db: Database,
  kind: WorkflowKind,
  subjectId: string,
  signal: Signal,
): Promise<string | null> {
  return db.transaction((q) => raiseOn(q, kind, subjectId, signal), { landed: async () => false })
}

export async function wake(q: Queryable, workflowId: string): Promise<string | null> {
  const rows = await q.rows(sql`
    UPDATE workflow SET wakes = wakes + 1, run_at = LEAST(run_at, clock_now()) WHERE id = ${workflowId} RETURNING id`)
  return rows.length > 0 ? workflowId : null
}
