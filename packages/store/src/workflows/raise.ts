import type { Signal, WorkflowKind } from '@cacheplane/domain'
import type { Queryable } from '../database.ts'
import { sql } from '../sql.ts'

/** Wakes a workflow and raises a signal on it. Null when the subject has none (any more). */
export async function raiseOn(
  q: Queryable,
  kind: WorkflowKind,
  subjectId: string,
  signal: Signal,
): Promise<string | null> {
  const [workflow] = await q.rows<{ id: string; wakes: string }>(sql`
    UPDATE workflow SET wakes = wakes + 1, run_at = LEAST(run_at, clock_now())
    WHERE kind = ${kind} AND subject_id = ${subjectId} RETURNING id, wakes`)
  if (workflow === undefined) return null
  await q.run(sql`
    INSERT INTO signal (workflow_id, name, wake) VALUES (${workflow.id}, ${signal}, ${workflow.wakes})
    ON CONFLICT (workflow_id, name) DO UPDATE SET wake = excluded.wake`)
  return workflow.id
}

export async function wake(q: Queryable, workflowId: string): Promise<string | null> {
  const rows = await q.rows(sql`
    UPDATE workflow SET wakes = wakes + 1, run_at = LEAST(run_at, clock_now()) WHERE id = ${workflowId} RETURNING id`)
  return rows.length > 0 ? workflowId : null
}
