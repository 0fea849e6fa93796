import {
  replicationGroupStatus,
  ServiceError,
  type Accepted,
  type Idempotency,
  type NodeGroup,
  type ReplicationGroup,
  type Signal,
} from '@cacheplane/domain'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { raiseOn } from '../workflows/raise.ts'
import { findReplicationGroup } from './describe.ts'
import { recall, rememberKey } from './idempotency.ts'

export interface ChangeWish {
  accountId: string
  replicationGroupId: string
  idempotency: Idempotency | null
}

/** Answers the workflow that goes on with the change; null when the rows are all there is to it. */
export type GroupWork = (q: Queryable, group: ReplicationGroup) => Promise<string | null>

/** One transaction on a group that is available, with everything that could change it meanwhile shut out. */
export function changeGroup(db: Database, wish: ChangeWish, work: GroupWork): Promise<Accepted> {
  return asOneChange(db, async (q) => {
    const { id, workflowId } = await lockGroup(q, wish)
    const known = await recall(q, wish)
    if (known !== null) return known
    const group = await findReplicationGroup(q, wish.accountId, wish.replicationGroupId)
    if (group === null) throw groupNotFound(wish.replicationGroupId)
    requireAvailable(group)
    const accepted = { resourceId: id, workflowId: (await work(q, group)) ?? workflowId, replayed: false }
    await rememberKey(q, wish, accepted)
    return accepted
  })
}

/** As one change, unless the same `Idempotency-Key` was answered before: then what was answered. */
export function oncePerKey(
  db: Database,
  keyed: Pick<ChangeWish, 'accountId' | 'idempotency'>,
  work: (q: Queryable) => Promise<Accepted>,
): Promise<Accepted> {
  return asOneChange(db, async (q) => {
    const known = await recall(q, keyed)
    if (known !== null) return known
    const accepted = await work(q)
    await rememberKey(q, keyed, accepted)
    return accepted
  })
}

/** A commit whose answer was lost is looked up by the transaction's own id. */
export async function asOneChange(
  db: Database,
  work: (q: Queryable) => Promise<Accepted>,
): Promise<Accepted> {
  const { accepted } = await db.transaction(
    async (q) => {
      const accepted = await work(q)
      const [row] = await q.rows<{ xid: string }>(sql`SELECT pg_current_xact_id()::text AS xid`)
      return { accepted, xid: row?.xid ?? null }
    },
    {
      landed: async (q, { accepted, xid }) => {
        await q.rows(sql`SELECT 1 FROM workflow WHERE id = ${accepted.workflowId} FOR UPDATE`)
        const [row] = await q.rows<{ kept: boolean }>(
          sql`SELECT pg_xact_status(${xid}::text::xid8) = 'committed' AS kept`,
        )
        return row?.kept === true
      },
    },
  )
  return accepted
}

/** All in one order, as steps lock them: see `lockHeld`. */
export async function lockWorkflowsOf(q: Queryable, rootId: string): Promise<void> {
  await q.rows(sql`SELECT id FROM workflow WHERE root_id = ${rootId} ORDER BY id FOR UPDATE`)
}

async function lockGroup(q: Queryable, { accountId, replicationGroupId }: ChangeWish) {
  const [group] = await q.rows<{ id: string; workflow_id: string }>(sql`
    SELECT g.id, w.id AS workflow_id FROM replication_group g
    JOIN workflow w ON w.kind = 'replication-group' AND w.subject_id = g.id
    WHERE g.account_id = ${accountId} AND g.replication_group_id = ${replicationGroupId}`)
  if (group === undefined) throw groupNotFound(replicationGroupId)
  await lockWorkflowsOf(q, group.id)
  return { id: group.id, workflowId: group.workflow_id }
}

function groupNotFound(replicationGroupId: string): ServiceError {
  return new ServiceError(
    'ReplicationGroupNotFoundFault',
    `Replication group ${replicationGroupId} not found.`,
  )
}

function requireAvailable(group: ReplicationGroup): void {
  const status = replicationGroupStatus(group)
  // A snapshot stands in nobody's way: it is read from another node when that is needed.
  if (status === 'available' || status === 'snapshotting') return
  throw new ServiceError(
    'InvalidReplicationGroupState',
    `Replication group must be in available state to modify. Replication group ${group.replicationGroupId} has status ${status}.`,
  )
}

export async function raiseOnNodeGroup(
  q: Queryable,
  { id }: NodeGroup,
  signal: Signal,
): Promise<string | null> {
  return raiseOn(q, 'node-group', id, signal)
}
