import type { RandomBytes } from '@cacheplane/domain'
import type pg from 'pg'
import { queryable, type Queryable } from './queryable.ts'
import { isPassing, lostConnection, retrying } from './retrying.ts'

export type Work<T> = (q: Queryable) => Promise<T>

export interface TransactionOptions<T> {
  /**
   * Whether what gave this result was kept. It must first wait for a lock that the work held: the server may still be
   * committing when we have lost it.
   */
  landed?: (q: Queryable, result: T) => Promise<boolean>
}

/** The connection was lost while it was being committed: it may have been kept or not. */
class UnknownCommit<T> extends Error {
  constructor(
    readonly result: T,
    readonly loss: unknown,
  ) {
    super('the outcome of a commit is unknown', { cause: loss })
  }
}

interface Source {
  pool: pg.Pool
  random: RandomBytes
}

/** Work that failed before its commit had no effect, whatever became of the connection, so it may be done again. */
export function repeatTransaction<T>(
  source: Source,
  work: Work<T>,
  { landed }: TransactionOptions<T>,
): Promise<T> {
  let isInDoubt = false
  const attempt = async (): Promise<T> => {
    try {
      return await inTransaction(source, work)
    } catch (error) {
      if (!(error instanceof UnknownCommit)) throw error
      isInDoubt = true
      if (landed === undefined) throw error.loss
      const result = error.result as T
      if (await retrying(() => inTransaction(source, (q) => landed(q, result)), isPassing)) return result
      isInDoubt = false
      throw error.loss
    }
  }
  return retrying(attempt, (error) => !isInDoubt && isPassing(error))
}

const ignore = (): void => undefined

async function inTransaction<T>({ pool, random }: Source, work: Work<T>): Promise<T> {
  const client = await pool.connect()
  // The loss of a connection reaches us through the statement that fails; unheard, it would end the process.
  client.on('error', ignore)
  let isBroken = true
  try {
    await client.query('BEGIN')
    const result = await work(
      queryable((statement) => client.query<Record<string, unknown>>(statement), random),
    )
    await client.query('COMMIT').catch((error: unknown) => {
      throw lostConnection(error) ? new UnknownCommit(result, error) : error
    })
    isBroken = false
    return result
  } catch (error) {
    isBroken = await client.query('ROLLBACK').then(
      () => false,
      () => true,
    )
    throw error
  } finally {
    client.off('error', ignore)
    client.release(isBroken)
  }
}
