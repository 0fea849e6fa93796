import type { Event, EventQuery, SourceType } from '@cacheplane/domain'
import type { Database } from '../database.ts'

/** Newest first. */
export async function listEvents(db: Database, accountId: string, query: EventQuery): Promise<Event[]> {
  const rows = await db.ask((prisma) =>
    prisma.event.findMany({
      where: {
        accountId,
        date: { gte: query.from, lte: query.to },
        ...(query.sourceType === undefined ? {} : { sourceType: query.sourceType }),
        ...(query.sourceIdentifier === undefined ? {} : { sourceIdentifier: query.sourceIdentifier }),
        ...(query.before === undefined ? {} : { id: { lt: query.before } }),
      },
      orderBy: { id: 'desc' },
      take: query.limit,
    }),
  )
  return rows.map(({ because, sourceType, ...row }) => ({
    ...row,
    // Only our own events are in the table.
    sourceType: sourceType as SourceType,
    ...(because === null ? {} : { because }),
  }))
}
