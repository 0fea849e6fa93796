import { FAILED_STEP, type KnownFile } from '@cacheplane/domain'
import type { Database } from './database.ts'
import { sql } from './sql.ts'

/** The promise is in the port's docstring. */
export function knownFiles(db: Database): Promise<KnownFile[]> {
  return db.rows<KnownFile>(sql`
    SELECT f.id AS "fileId", f.content IS NOT NULL AND w.first_home_at IS NOT NULL
      AND w.step NOT IN (${FAILED_STEP}, 'destroy') AS "isKept"
    FROM snapshot_file f JOIN workflow w ON w.kind = 'snapshot' AND w.subject_id = f.snapshot_id`)
}
