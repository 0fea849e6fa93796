import type { NewEvent } from '@cacheplane/domain'
import type { Queryable } from './queryable.ts'
import { sql } from './sql.ts'

export async function insertEvent(q: Queryable, accountId: string, event: NewEvent): Promise<void> {
  const { sourceType, sourceIdentifier, message, because = null } = event
  await q.run(sql`
    INSERT INTO event (account_id, source_type, source_identifier, message, because)
    VALUES (${accountId}, ${sourceType}, ${sourceIdentifier}, ${message}, ${because})`)
}
