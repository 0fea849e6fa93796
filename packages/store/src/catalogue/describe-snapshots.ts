import {
  parseSlots,
  START_STEP,
  type Signal,
  type Snapshot,
  type SnapshotContent,
  type SnapshotFile,
  type SnapshotOrigin,
  type SnapshotQuery,
  type SnapshotSource,
  UPLOAD_UNSEEN_MS,
} from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { sql, type Statement } from '../sql.ts'

type Dated<T, K extends keyof T> = Omit<T, K> & Record<K, string>
type ContentDoc = Dated<Omit<SnapshotContent, 'cacheNodeCreatedAt'>, 'capturedAt'> & {
  cacheNodeCreatedAt: string | null
}

interface SnapshotRow {
  id: string
  account_id: string
  snapshot_name: string
  source: SnapshotSource
  origin: Dated<SnapshotOrigin, 'createdAt'>
  created_at: Date
  files: (Omit<SnapshotFile, 'slots' | 'content'> & { slots: string | null; content: ContentDoc | null })[]
  final_of: string | null
  is_copy: boolean
  is_being_copied: boolean
  upload: Snapshot['upload']
  brought_for: string | null
  restoring: boolean
  step: string | null
  first_home_at: Date | null
  failure: string | null
  because: string | null
  signals: Signal[] | null
}

export async function findSnapshot(q: Queryable, accountId: string, name: string): Promise<Snapshot | null> {
  return one(await selectSnapshots(q, sql`s.account_id = ${accountId} AND s.snapshot_name = ${name}`))
}

export async function findSnapshotById(q: Queryable, id: string): Promise<Snapshot | null> {
  return one(await selectSnapshots(q, sql`s.id = ${id}`))
}

export function listSnapshots(
  q: Queryable,
  accountId: string,
  { after = '', limit, replicationGroupId, cacheClusterId, source }: SnapshotQuery,
): Promise<Snapshot[]> {
  return selectSnapshots(
    q,
    sql`s.account_id = ${accountId} AND s.brought_for IS NULL AND s.snapshot_name COLLATE "C" > ${after}
      AND s.origin ->> 'replicationGroupId' IS NOT DISTINCT FROM COALESCE(${replicationGroupId ?? null}, s.origin ->> 'replicationGroupId')
      AND s.origin ->> 'cacheClusterId' IS NOT DISTINCT FROM COALESCE(${cacheClusterId ?? null}, s.origin ->> 'cacheClusterId')
      AND s.source = COALESCE(${source ?? null}, s.source)
      ORDER BY s.snapshot_name COLLATE "C" LIMIT ${limit}`,
  )
}

const one = ([snapshot]: Snapshot[]): Snapshot | null => snapshot ?? null

async function selectSnapshots(q: Queryable, { text, values }: Statement): Promise<Snapshot[]> {
  const rows = await q.rows<SnapshotRow>({
    text: `SELECT s.id, s.account_id, s.snapshot_name, s.source, s.origin, s.created_at, s.brought_for,
      s.copy_of IS NOT NULL AS is_copy,
      CASE WHEN s.upload_seen_at > clock_now() - ${UPLOAD_UNSEEN_MS} * interval '1 millisecond' THEN 'arriving'
        WHEN s.upload_seen_at IS NOT NULL THEN 'abandoned' END AS upload,
      EXISTS (SELECT 1 FROM snapshot o JOIN workflow x ON x.kind = 'snapshot' AND x.subject_id = o.id
        WHERE o.copy_of = s.id AND x.first_home_at IS NULL AND x.step NOT IN ('failed', 'destroy')) AS is_being_copied,
      CASE WHEN s.is_final THEN s.source_row END AS final_of,
      (SELECT COALESCE(json_agg(json_build_object('fileId', f.id, 'nodeGroupId', f.node_group_id, 'nodeGroupRow', f.node_group_row,
        'slots', f.slots, 'content', f.content,
        'copyOf', (SELECT json_build_object('fileId', o.id, 'bytes', o.content -> 'bytes', 'sha256', o.content ->> 'sha256')
          FROM snapshot_file o WHERE o.id = f.copy_of)) ORDER BY f.node_group_id), '[]') FROM snapshot_file f WHERE f.snapshot_id = s.id) AS files,
      EXISTS (SELECT 1 FROM restore r WHERE r.snapshot_id = s.id) AS restoring,
      w.step, w.first_home_at, w.failure, w.because,
      (SELECT json_agg(g.name) FROM signal g WHERE g.workflow_id = w.id) AS signals
      FROM snapshot s LEFT JOIN workflow w ON w.kind = 'snapshot' AND w.subject_id = s.id WHERE ${text}`,
    values,
  })
  return rows.map(readSnapshot)
}

function readSnapshot(row: SnapshotRow): Snapshot {
  return {
    id: row.id,
    accountId: row.account_id,
    snapshotName: row.snapshot_name,
    source: row.source,
    origin: { ...row.origin, createdAt: new Date(row.origin.createdAt) },
    files: row.files.map(({ slots, content, ...file }) => ({
      ...file,
      slots: slots === null ? [] : (parseSlots(slots) ?? []),
      content: content === null ? null : readContent(content),
    })),
    finalOf: row.final_of === null ? null : { kind: kindOf(row), id: row.final_of },
    isCopy: row.is_copy,
    isBeingCopied: row.is_being_copied,
    upload: row.upload,
    restoring: row.restoring,
    broughtFor: row.brought_for,
    createdAt: row.created_at,
    workflow: {
      step: row.step ?? START_STEP,
      signals: row.signals ?? [],
      firstHomeAt: row.first_home_at,
      failure: row.failure,
      because: row.because,
    },
  }
}

/** Only whole ones go, so that a cache cluster that is named stands alone. */
const kindOf = ({ origin }: SnapshotRow) =>
  origin.cacheClusterId === null ? 'replication-group' : 'cache-cluster'

function readContent({ capturedAt, cacheNodeCreatedAt, ...content }: ContentDoc): SnapshotContent {
  return {
    ...content,
    capturedAt: new Date(capturedAt),
    cacheNodeCreatedAt: cacheNodeCreatedAt === null ? null : new Date(cacheNodeCreatedAt),
  }
}
