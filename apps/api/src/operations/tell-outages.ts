import { type Catalogue, ServiceError } from '@cacheplane/domain'

/**
 * What Postgres, its driver and Prisma say when the database cannot be reached, is overloaded or has no room: connection
 * errors, SQLSTATE classes 08, 53 and 57P, statement and lock timeouts, read-only mode, and Prisma's own names for them.
 */
const OUTAGE_CODES =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|08\w{3}|53\w{3}|57P0\d|57014|55P03|25006|40001|40P01|P1001|P1002|P1008|P1017|P2024|P2034|P2037)$/
/** The driver gives these no code. */
const OUTAGE_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Cannot use a pool after calling end)/

/** The catalogue as it is, but an outage of the database is `ServiceUnavailable` instead of an error of ours. */
export function tellOutages(catalogue: Catalogue): Catalogue {
  return new Proxy(catalogue, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(member, target, args)
        return isThenable(result) ? Promise.resolve(result).catch(retell) : result
      }
    },
  })
}

/** Prisma answers thenables that are no promises. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value
}

function retell(error: unknown): never {
  if (!isOutage(error)) throw error
  throw new ServiceError('ServiceUnavailable', 'The database cannot be reached right now; try again.', [], {
    cause: error,
  })
}

export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof ServiceError) return false
  if ('code' in error && typeof error.code === 'string') return OUTAGE_CODES.test(error.code)
  return OUTAGE_MESSAGES.test(error.message) || isOutage(error.cause)
}
