import { ServiceError, type Accepted, type Idempotency } from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'

interface Keyed {
  accountId: string
  idempotency: Idempotency | null
}

/** What the same `Idempotency-Key` was answered before. */
export async function recall(q: Queryable, { accountId, idempotency }: Keyed): Promise<Accepted | null> {
  if (idempotency === null) return null
  const { key, fingerprint } = idempotency
  const [known] = await q.rows<{ fingerprint: string; resource_id: string; workflow_id: string }>(sql`
    SELECT fingerprint, resource_id, workflow_id FROM idempotency_key WHERE account_id = ${accountId} AND key = ${key}`)
  if (known === undefined) return null
  if (known.fingerprint === fingerprint) {
    return { resourceId: known.resource_id, workflowId: known.workflow_id, replayed: true }
  }
  throw keyReuse()
}

/** Requests about the same resource wait for one another; only one about another can have come in between. */
export async function rememberKey(
  q: Queryable,
  { accountId, idempotency }: Keyed,
  accepted: Accepted,
): Promise<void> {
  if (idempotency === null) return
  const kept = await q.run(sql`
    INSERT INTO idempotency_key (account_id, key, fingerprint, resource_id, workflow_id) VALUES
    (${accountId}, ${idempotency.key}, ${idempotency.fingerprint}, ${accepted.resourceId}, ${accepted.workflowId})
    ON CONFLICT (account_id, key) DO NOTHING`)
  if (kept === 0) throw keyReuse()
}

function keyReuse(): ServiceError {
  return new ServiceError(
    'IdempotencyKeyReuse',
    'This Idempotency-Key was used with another request; use a new one.',
  )
}
