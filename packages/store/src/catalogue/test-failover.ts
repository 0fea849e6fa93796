import { planTestFailover, ServiceError, type Accepted, type Idempotency } from '@cacheplane/domain'
import type { Database } from '../database.ts'
import { insertEvent } from '../insert-event.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { changeGroup } from './change-group.ts'
import { requestFailover } from './request-failover.ts'

const TESTS_PER_DAY_MAX = 15

export function testFailover(
  db: Database,
  accountId: string,
  replicationGroupId: string,
  nodeGroupId: string,
  idempotency: Idempotency | null,
): Promise<Accepted> {
  return changeGroup(db, { accountId, replicationGroupId, idempotency }, async (q, group) => {
    const { nodeGroup, fromCacheClusterId } = planTestFailover(group, nodeGroupId)
    await refuseTooMany(q, accountId)
    const message = `Test Failover API called for node group ${nodeGroupId}`
    await insertEvent(q, accountId, {
      sourceType: 'replication-group',
      sourceIdentifier: replicationGroupId,
      message,
    })
    return requestFailover(q, {
      kind: 'test',
      nodeGroup,
      cause: message,
      fromCacheClusterId,
      toCacheClusterId: null,
    })
  })
}

async function refuseTooMany(q: Queryable, accountId: string): Promise<void> {
  const [{ count = 0 } = {}] = await q.rows<{ count: number }>(sql`
    SELECT count(*)::int FROM failover f JOIN node_group s ON s.id = f.node_group_id
    JOIN replication_group g ON g.id = s.replication_group_id
    WHERE g.account_id = ${accountId} AND f.kind = 'test' AND f.requested_at > clock_now() - interval '24 hours'`)
  if (count < TESTS_PER_DAY_MAX) return
  throw new ServiceError(
    'APICallRateForCustomerExceeded',
    `The customer has exceeded the allowed rate of API calls: failover can be tested ${TESTS_PER_DAY_MAX} times in 24 hours.`,
  )
}
