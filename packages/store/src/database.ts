import type { RandomBytes } from '@cacheplane/domain'
import pg from 'pg'
import type { PrismaClient } from './generated/client.ts'
import { queryable, type Queryable } from './queryable.ts'
import { isPassing, retrying } from './retrying.ts'
import { tellSqlState } from './tell-sqlstate.ts'
import { repeatTransaction, type TransactionOptions, type Work } from './transaction.ts'

/** `rows` and `run` repeat their statement when the connection is lost, so it must be one that may run twice. */
export interface Database extends Queryable {
  /** Work with Prisma that may be done twice. */
  ask<T>(work: (prisma: PrismaClient) => Promise<T>): Promise<T>
  /**
   * READ COMMITTED. Repeated when nothing of it was kept, so it must have no effect outside. When the connection is lost
   * while it is being committed, `landed` finds out; without one that error is passed on.
   */
  transaction<T>(work: Work<T>, options?: TransactionOptions<T>): Promise<T>
  close(): Promise<void>
}

/** No statement may hang on a database that does: the runner's leases count on hearing of it (reliability C4). */
const SESSION = {
  statement_timeout: 5_000,
  lock_timeout: 2_000,
  idle_in_transaction_session_timeout: 10_000,
  query_timeout: 8_000,
  connectionTimeoutMillis: 3_000,
  // A new connection costs more than what most requests ask of it: a process of the server with no plans yet.
  idleTimeoutMillis: 300_000,
  keepAlive: true,
}

export function openDatabase(databaseUrl: string, poolSize: number, random: RandomBytes): Database {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize, ...SESSION })
  // An idle connection that the server closes is replaced at its next use.
  pool.on('error', () => undefined)
  let prisma: Promise<PrismaClient> | undefined
  const withPrisma = () =>
    (prisma ??= openPrisma(pool).catch((error: unknown) => {
      prisma = undefined
      throw error
    }))
  const fromPool = queryable((statement) => pool.query<Record<string, unknown>>(statement), random)
  return {
    random,
    rows: (statement) => retrying(() => fromPool.rows(statement), isPassing),
    run: (statement) => retrying(() => fromPool.run(statement), isPassing),
    ask: (work) => retrying(async () => work(await withPrisma()).catch(tellSqlState), isPassing),
    transaction: (work, options = {}) => repeatTransaction({ pool, random }, work, options),
    async close() {
      await (await prisma)?.$disconnect()
      await pool.end()
    },
  }
}

/** Loaded by the first question for it: a process that asks none does without some 30 MiB. */
async function openPrisma(pool: pg.Pool): Promise<PrismaClient> {
  const [client, { PrismaPg }] = await Promise.all([
    import('./generated/client.ts'),
    import('@prisma/adapter-pg'),
  ])
  return new client.PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' })
}
