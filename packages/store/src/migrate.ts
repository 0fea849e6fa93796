import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'
import { openSchemaEngine } from './schema-engine.ts'

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
  await guard.connect()
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [LOCK])
    const engine = await openSchemaEngine(databaseUrl, await readFile(`${prismaDir}/schema.prisma`, 'utf8'))
    try {
      const migrationsList = await readMigrations(prismaDir)
      const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: NO_FILTER })
      return appliedMigrationNames
    } finally {
      engine.free()
    }
  } finally {
    await guard.end()
  }
}

/** The SQL that makes an empty database what `schema.prisma` says; the migrations must come to the same. */
export async function renderSchema(databaseUrl: string, prismaDir: string): Promise<string> {
  const content = await readFile(`${prismaDir}/schema.prisma`, 'utf8')
  const engine = await openSchemaEngine(databaseUrl, content)
  try {
    const to = { tag: 'schemaDatamodel' as const, files: [{ path: 'schema.prisma', content }] }
    const diff = await engine.diff({
      from: { tag: 'empty' },
      to,
      script: true,
      exitCode: null,
      filters: NO_FILTER,
    })
    return diff.stdout ?? ''
  } finally {
    engine.free()
  }
}

async function readMigrations(prismaDir: string) {
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
