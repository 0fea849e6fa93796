/** Prisma's name for whatever the server says that it has no name for. */
const UNNAMED = 'P2039'

/** For `catch`: passes an error on, one that Prisma has no name for with the server's own code (SQLSTATE) again. */
export function tellSqlState(error: unknown): never {
  const code = sqlStateOf(error)
  if (code === null) throw error
  throw Object.assign(new Error(`the database answered with ${code}`, { cause: error }), { code })
}

function sqlStateOf(error: unknown): string | null {
  if (member(error, 'code') !== UNNAMED) return null
  const code = member(member(member(member(error, 'meta'), 'driverAdapterError'), 'cause'), 'originalCode')
  return typeof code === 'string' ? code : null
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
