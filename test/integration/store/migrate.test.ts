import { migrate, renderSchema } from '@cacheplane/store'
import pg from 'pg'
import { describe, expect, inject, it } from 'vitest'
import { databaseUrl, execute, PRISMA_DIR } from '../../support/postgres.ts'
import { freshDatabase } from '../../support/template-db.ts'

/** Columns, indexes, and keys of our tables, as the database itself describes them; Prisma knows no partial indexes. */
const DESCRIBE = `
  SELECT table_name AS t, column_name AS n, concat_ws(' ', data_type, datetime_precision, is_nullable, column_default) AS d
  FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
  WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> '_prisma_migrations'
  UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'
    AND indexdef NOT LIKE '% WHERE %'
  UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
  WHERE contype IN ('p', 'u', 'f') AND connamespace = 'public'::regnamespace AND conrelid <> '_prisma_migrations'::regclass
  ORDER BY 1, 2, 3`

async function describeDatabase(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ t: string; n: string; d: string }>(DESCRIBE)
    return rows.map(({ t, n, d }) => `${t} ${n}: ${d}`)
  } finally {
    await client.end()
  }
}

describe('migrate', () => {
  it('lets one of two migrators that start together do the work, and a later one find it done', async () => {
    const adminUrl = inject('postgresAdminUrl')
    await execute(adminUrl, ['CREATE DATABASE two_migrators'])
    const url = databaseUrl(adminUrl, 'two_migrators')
    const applied = await Promise.all([migrate(url, PRISMA_DIR), migrate(url, PRISMA_DIR)])
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1)
    expect(await migrate(url, PRISMA_DIR)).toEqual([])
    await execute(adminUrl, ['DROP DATABASE two_migrators'])
  })

  it('refuses a database that another version of a migration has made', async () => {
    const database = await freshDatabase()
    await execute(database.url, [`UPDATE _prisma_migrations SET checksum = 'another'`])
    await expect(migrate(database.url, PRISMA_DIR)).rejects.toThrow(/another version of migration/)
    await database.drop()
  })

  it('arrives at what schema.prisma says', async () => {
    const adminUrl = inject('postgresAdminUrl')
    await execute(adminUrl, ['CREATE DATABASE from_schema'])
    const url = databaseUrl(adminUrl, 'from_schema')
    await execute(url, [
      "CREATE FUNCTION clock_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT clock_timestamp()'",
      'CREATE TABLE _prisma_migrations ()',
      await renderSchema(url, PRISMA_DIR),
    ])
    const migrated = await freshDatabase()
    const columns = await describeDatabase(migrated.url)
    expect(columns).toEqual(await describeDatabase(url))
    expect(columns.length).toBeGreaterThan(100)
    await migrated.drop()
    await execute(adminUrl, ['DROP DATABASE from_schema'])
  })
})
