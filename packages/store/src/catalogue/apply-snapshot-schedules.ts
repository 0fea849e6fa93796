import {
  automaticSnapshotName,
  eventOfGroup,
  isSnapshotDue,
  retentionVictims,
  type Retained,
  type SnapshotSchedule,
} from '@cacheplane/domain'
import type { Database } from '../database.ts'
import { insertEvent } from '../insert-event.ts'
import { passedOver } from '../passed-over.ts'
import type { Queryable } from '../queryable.ts'
import { prepared } from '../sql.ts'
import { insertSnapshot } from './create-snapshot.ts'
import { destroySnapshot } from './delete-snapshot.ts'
import { lockSource } from './lock-source.ts'

const snapshotSchedules = prepared('snapshot_schedules')
const automaticSnapshots = prepared('automatic_snapshots')

interface Scheduled extends SnapshotSchedule {
  accountId: string
  name: string
  now: Date
}

interface Automatic extends Retained {
  accountId: string
  snapshotName: string
  replicationGroupId: string
  now: Date
}

/**
 * Begins the automatic snapshots that are due, and deletes those whose time is over. A group that is busy is tried again
 * while its window is open, and a snapshot that is needed or still being taken goes later. Returns whom to ring for.
 */
export async function applySnapshotSchedules(db: Database): Promise<string[]> {
  const woken: (string | null)[] = []
  for (const { accountId, name, now, ...schedule } of await schedules(db, null))
    if (isSnapshotDue(schedule, now).isDue) woken.push(await passedOver(take(db, accountId, name)))
  const automatic = await automatics(db)
  for (const { victim, because } of retentionVictims(automatic, automatic[0]?.now ?? new Date(0)))
    woken.push(await passedOver(remove(db, victim, because)))
  return woken.filter((id) => id !== null)
}

/** Of one group, or of all that have one. */
function schedules(q: Queryable, groupRow: string | null): Promise<Scheduled[]> {
  return q.rows<Scheduled>(snapshotSchedules`
    SELECT g.account_id AS "accountId", g.replication_group_id AS name, clock_now() AS now,
      g.snapshot_retention_limit AS "snapshotRetentionLimit", g.snapshot_window AS "snapshotWindow",
      max(s.created_at) FILTER (WHERE w.step <> 'failed') AS "takenAt",
      max(s.created_at) FILTER (WHERE w.step = 'failed') AS "failedAt"
    FROM replication_group g
    LEFT JOIN snapshot s ON s.source_row = g.id AND s.source = 'automated'
    LEFT JOIN workflow w ON w.kind = 'snapshot' AND w.subject_id = s.id
    WHERE g.snapshot_retention_limit > 0 AND g.id = COALESCE(${groupRow}, g.id) GROUP BY g.id`)
}

/** Null when somebody else was first: it is judged again once the group is locked. */
function take(db: Database, accountId: string, name: string): Promise<string | null> {
  return db.transaction(
    async (q) => {
      const source = await lockSource(q, accountId, { kind: 'replication-group', name })
      const [scheduled] = await schedules(q, source.row)
      if (scheduled === undefined || !isSnapshotDue(scheduled, scheduled.now).isDue) return null
      const snapshotName = automaticSnapshotName(name, scheduled.now)
      return (await insertSnapshot(q, accountId, { snapshotName, kind: 'automated' }, source)).workflowId
    },
    // Begun twice is begun once, so that a lost answer may be followed by another try.
    { landed: async () => false },
  )
}

function automatics(q: Queryable): Promise<Automatic[]> {
  return q.rows<Automatic>(automaticSnapshots`
    SELECT s.account_id AS "accountId", s.snapshot_name AS "snapshotName", s.created_at AS "createdAt",
      s.origin ->> 'replicationGroupId' AS "replicationGroupId",
      g.snapshot_retention_limit AS "snapshotRetentionLimit", clock_now() AS now
    FROM snapshot s LEFT JOIN replication_group g ON g.id = s.source_row WHERE s.source = 'automated'`)
}

function remove(
  db: Database,
  { accountId, snapshotName, replicationGroupId }: Automatic,
  because: string,
): Promise<string | null> {
  return db.transaction(
    async (q) => {
      const { workflowId } = await destroySnapshot(q, accountId, snapshotName)
      const message = `Automatic snapshot with ID '${snapshotName}' is being deleted`
      await insertEvent(q, accountId, eventOfGroup(replicationGroupId, message, because))
      return workflowId
    },
    { landed: async () => false },
  )
}
