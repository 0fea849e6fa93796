import { readdir, readFile } from 'node:fs/promises'
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm'
import pg from 'pg'
import { withSchemaEngine } from './schema-engine.ts'

const LOCK = 20150203
const NO_FILTER = { externalTables: [], externalEnums: [] }

/**
 * Brings a database to the schema of this release with Prisma's migrations. Two migrators at once are safe: the second
 * waits for the first.
 *
 * @param prismaDir the folder that holds `schema.prisma` and `migrations/`
 * @returns the names of the migrations that were applied
 */
export async function migrate(databaseUrl: string, prismaDir: string): Promise<string[]> {
  const guard = new pg.Client({ connectionString: databaseUrl })
  guard.on('error', () => undefined)
  await guard.connect()
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [LOCK])
    const migrationsList = await readMigrations(prismaDir)
    const datamodel = await readFile(`${prismaDir}/schema.prisma`, 'utf8')
    return await withSchemaEngine(databaseUrl, datamodel, async (engine) => {
      await refuseOtherHistory(engine, migrationsList)
      const applied = await engine.applyMigrations({ migrationsList, filters: NO_FILTER })
      return applied.appliedMigrationNames
    })
  } finally {
    await guard.end()
  }
}

/** A database that another program, or another state of this one, has migrated is not ours to go on with. */
async function refuseOtherHistory(engine: SchemaEngine, migrationsList: MigrationList): Promise<void> {
  const request = { migrationsList, optInToShadowDatabase: false, filters: NO_FILTER }
  const { editedMigrationNames, failedMigrationNames } = await engine.diagnoseMigrationHistory(request)
  const [edited] = editedMigrationNames
  if (edited !== undefined) throw new Error(`the database was made by another version of migration ${edited}`)
  const [failed] = failedMigrationNames
  if (failed !== undefined) throw new Error(`migration ${failed} has failed on this database before`)
}

/** The SQL that makes an empty database what `schema.prisma` says; the migrations must come to the same. */
export async function renderSchema(databaseUrl: string, prismaDir: string): Promise<string> {
  const content = await readFile(`${prismaDir}/schema.prisma`, 'utf8')
  const to = { tag: 'schemaDatamodel' as const, files: [{ path: 'schema.prisma', content }] }
  return withSchemaEngine(databaseUrl, content, async (engine) => {
    const request = { from: { tag: 'empty' as const }, to, script: true, exitCode: null, filters: NO_FILTER }
    return (await engine.diff(request)).stdout ?? ''
  })
}

async function readMigrations(prismaDir: string): Promise<MigrationList> {
  const baseDir = `${prismaDir}/migrations`
  const entries = await readdir(baseDir, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return {
    baseDir,
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(`${baseDir}/migration_lock.toml`, 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.sort().map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok' as const, value: await readFile(`${baseDir}/${name}/migration.sql`, 'utf8') },
        },
      })),
    ),
  }
}
