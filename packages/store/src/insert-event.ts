import type { NewEvent } from '@cacheplane/domain'
import type { Queryable } from './queryable.ts'
import { prepared } from './sql.ts'

const recorded = prepared('record_event')

export async function insertEvent(q: Queryable, accountId: string, event: NewEvent): Promise<void> {
  const { sourceType, sourceIdentifier, message, because = null } = event
  await q.run(recorded`
    INSERT INTO event (account_id, source_type, source_identifier, message, because)
    VALUES (${accountId}, ${sourceType}, ${sourceIdentifier}, ${message}, ${because})`)
}
