import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from './generated/client.ts'
import { retrying } from './retrying.ts'
import type { Statement } from './sql.ts'

/** Runs statements: straight from the pool, or all in one transaction. */
export interface Queryable {
  rows<Row>(statement: Statement): Promise<Row[]>
  /** How many rows it changed. */
  run(statement: Statement): Promise<number>
}

export interface Database extends Queryable {
  readonly prisma: PrismaClient
  /** READ COMMITTED. Repeated when the server says that it lost a race; so it must have no effect outside. */
  transaction<T>(work: (q: Queryable) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** No statement may hang on a database that does: the runner's leases count on hearing of it (reliability C4). */
const SESSION = {
  statement_timeout: 5_000,
  lock_timeout: 2_000,
  idle_in_transaction_session_timeout: 10_000,
  query_timeout: 8_000,
  connectionTimeoutMillis: 3_000,
  keepAlive: true,
}

export function openDatabase(databaseUrl: string, poolSize: number): Database {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize, ...SESSION })
  // An idle connection that the server closes is replaced at its next use.
  pool.on('error', () => undefined)
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' })
  const fromPool = queryable((statement) => pool.query<Record<string, unknown>>(statement))
  return {
    prisma,
    rows: (statement) => retrying(() => fromPool.rows(statement)),
    run: (statement) => retrying(() => fromPool.run(statement)),
    transaction: (work) => retrying(() => inTransaction(pool, work)),
    async close() {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}

async function inTransaction<T>(pool: pg.Pool, work: (q: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken = true
  try {
    await client.query('BEGIN')
    const result = await work(queryable((statement) => client.query<Record<string, unknown>>(statement)))
    await client.query('COMMIT')
    broken = false
    return result
  } catch (error) {
    broken = await client.query('ROLLBACK').then(
      () => false,
      () => true,
    )
    throw error
  } finally {
    client.release(broken)
  }
}

type Query = (statement: Statement) => Promise<pg.QueryResult<Record<string, unknown>>>

/** Rows are typed by who wrote the statement: the driver knows only names and values. */
function queryable(query: Query): Queryable {
  return {
    rows: async <Row>(statement: Statement) => (await query(statement)).rows as Row[],
    run: async (statement) => (await query(statement)).rowCount ?? 0,
  }
}
