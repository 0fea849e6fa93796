import type { RandomBytes } from '@cacheplane/domain'
import type pg from 'pg'
import type { Statement } from './sql.ts'

/** Runs statements: straight from the pool, or all in one transaction. */
export interface Queryable {
  rows<Row>(statement: Statement): Promise<Row[]>
  /** How many rows it changed. */
  run(statement: Statement): Promise<number>
  /** For the ids of rows that are made. */
  readonly random: RandomBytes
}

type Query = (statement: Statement) => Promise<pg.QueryResult<Record<string, unknown>>>

/** Rows are typed by who wrote the statement: the driver knows only names and values. */
export function queryable(query: Query, random: RandomBytes): Queryable {
  return {
    rows: async <Row>(statement: Statement) => (await query(statement)).rows as Row[],
    run: async (statement) => (await query(statement)).rowCount ?? 0,
    random,
  }
}
