import pg, { type Client } from 'pg'
import { Obstacle } from './say.ts'

const NAME = 'cacheplane'
const CONNECT_MS = 10_000

/** Runs some work on a connection of its own. */
export async function withClient<Result>(
  databaseUrl: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_MS })
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    throw new Obstacle(
      `The database cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/**
 * Makes the service's own role and database on the server that we run, so that the service is not its superuser.
 */
export async function ensureOwnDatabase(adminAddress: string, password: string): Promise<void> {
  await withClient(adminAddress, async (client) => {
    const secret = client.escapeLiteral(password)
    const roles = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [NAME])
    await client.query(`${roles.rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${NAME} LOGIN PASSWORD ${secret}`)
    const databases = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [NAME])
    if (databases.rowCount === 0) await client.query(`CREATE DATABASE ${NAME} OWNER ${NAME}`)
  })
}

/** Address of our own server for its superuser. */
export function adminUrl(port: number, password: string): string {
  return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`
}

export function ownDatabaseUrl(adminAddress: string, password: string): string {
  const url = new URL(adminAddress)
  url.username = NAME
  url.password = encodeURIComponent(password)
  url.pathname = `/${NAME}`
  return url.href
}
