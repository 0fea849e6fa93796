import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from 'pg'
import { withClient } from './own-database.ts'
import { ROOT } from './settings.ts'

/** What our schema consists of, by name. */
interface SchemaNames {
  views: readonly string[]
  tables: readonly string[]
  functions: readonly string[]
  migrations: readonly string[]
}

/** Drops our views, tables and functions from a database that the user gave us, and leaves whatever else lives there. */
export async function emptyDatabase(databaseUrl: string): Promise<void> {
  const names = await readSchemaNames()
  await withClient(databaseUrl, async (client) => {
    await client.query('BEGIN')
    await drop(client, 'VIEW', names.views)
    await drop(client, 'TABLE', names.tables)
    await drop(client, 'FUNCTION', names.functions)
    await forgetMigrations(client, names.migrations)
    await client.query('COMMIT')
  })
}

/** In one statement, so that they may refer to each other, and without CASCADE, which would take what is not ours. */
async function drop(
  client: Client,
  kind: 'VIEW' | 'TABLE' | 'FUNCTION',
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return
  await client.query(
    `DROP ${kind} IF EXISTS ${names.map((name) => client.escapeIdentifier(name)).join(', ')}`,
  )
}

/** Another program that uses Prisma may keep its migrations in the same table. */
async function forgetMigrations(client: Client, migrations: readonly string[]): Promise<void> {
  const found = await client.query("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there")
  const [row] = found.rows as { there: boolean }[]
  if (row?.there !== true) return
  await client.query('DELETE FROM _prisma_migrations WHERE migration_name = ANY($1)', [migrations])
  const left = await client.query('SELECT 1 FROM _prisma_migrations LIMIT 1')
  if (left.rowCount === 0) await client.query('DROP TABLE _prisma_migrations')
}

async function readSchemaNames(): Promise<SchemaNames> {
  const folder = join(ROOT, 'prisma/migrations')
  const entries = await readdir(folder, { withFileTypes: true })
  const migrations = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  const texts = await Promise.all(
    migrations.map((name) => readFile(join(folder, name, 'migration.sql'), 'utf8')),
  )
  return { migrations, ...namesIn(texts.join('\n')) }
}

/** What some SQL of ours makes. */
function namesIn(sql: string): Omit<SchemaNames, 'migrations'> {
  const all = (pattern: RegExp): string[] => [
    ...new Set([...sql.matchAll(pattern)].map((match) => match[1] ?? '')),
  ]
  return {
    views: all(/CREATE (?:OR REPLACE )?VIEW "?(\w+)"?/gi),
    tables: all(/CREATE TABLE (?:IF NOT EXISTS )?"?(\w+)"?/gi),
    functions: all(/CREATE (?:OR REPLACE )?FUNCTION "?(\w+)"?/gi),
  }
}
