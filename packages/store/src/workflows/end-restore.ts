import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { raiseOn } from './raise.ts'

/** It needs no snapshot any more; what was brought for it alone goes. Returns the workflows that were woken. */
export async function endRestore(q: Queryable, ownerId: string): Promise<string[]> {
  await q.run(sql`DELETE FROM restore WHERE owner_id = ${ownerId}`)
  const brought = await q.rows<{ id: string }>(sql`SELECT id FROM snapshot WHERE brought_for = ${ownerId}`)
  const woken: string[] = []
  for (const { id } of brought) {
    const workflowId = await raiseOn(q, 'snapshot', id, 'destroy')
    if (workflowId !== null) woken.push(workflowId)
  }
  return woken
}
