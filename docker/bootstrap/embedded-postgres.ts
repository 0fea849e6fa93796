import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, appendFile, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { ensureEmbeddedPostgres, ensureServerUser, type ServerUser } from './postgres-binaries.ts'

const run = promisify(execFile)
const OWN_SETTINGS = 'cacheplane.conf'
const START_SECONDS = 60

export interface EmbeddedPostgresOptions {
  /** Made and initialised when missing; its parent must be a folder that the server's user can enter. */
  dataDir: string
  port: number
  /** Of the superuser `postgres`; counts only when the data directory is made. */
  password: string
  /** Further server settings, for example `{ fsync: 'off' }` for data that may be lost. */
  settings?: Readonly<Record<string, string>>
}

export interface EmbeddedPostgres {
  /** Of the superuser, at the database `postgres`. */
  adminUrl: string
  /** `fast` ends sessions and shuts down cleanly; `immediate` is what a crash looks like. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
}

/**
 * Starts a PostgreSQL server of our own on 127.0.0.1 and returns once it answers. It is a daemon: it outlives this
 * process until it is stopped. Starting one that already runs finds it.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, port } = options
  const binDir = await ensureEmbeddedPostgres()
  const user = await ensureServerUser()
  if (!(await isInitialised(dataDir))) await initialise(binDir, user, options)
  if (!(await isRunning(binDir, user, dataDir))) {
    await writeFile(path.join(dataDir, OWN_SETTINGS), renderSettings(options), { mode: 0o644 })
    await pgCtl(binDir, user, dataDir, ['start', '-w', '-t', String(START_SECONDS), '-l', logFile(dataDir)])
  }
  return {
    adminUrl: `postgres://postgres:${encodeURIComponent(options.password)}@127.0.0.1:${port}/postgres`,
    stop: (mode = 'fast') => stopEmbeddedPostgres(dataDir, mode),
  }
}

/** Stops the server of a data directory; it is fine if none runs there. */
export async function stopEmbeddedPostgres(
  dataDir: string,
  mode: 'fast' | 'immediate' = 'fast',
): Promise<void> {
  const binDir = await ensureEmbeddedPostgres()
  const user = await ensureServerUser()
  if (!(await isInitialised(dataDir)) || !(await isRunning(binDir, user, dataDir))) return
  await pgCtl(binDir, user, dataDir, ['stop', '-w', '-m', mode])
}

/** Makes the data directory under another name first: a half-made one is never mistaken for a whole one. */
async function initialise(binDir: string, user: ServerUser, options: EmbeddedPostgresOptions): Promise<void> {
  const { dataDir, password } = options
  const draft = `${dataDir}.${randomBytes(6).toString('hex')}`
  const passwordFile = `${draft}.pw`
  const flags = ['-U', 'postgres', '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C', '-N']
  await mkdir(draft, { recursive: true, mode: 0o700 })
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
    await giveTo(user, draft, passwordFile)
    const command = ['-D', draft, `--pwfile=${passwordFile}`, ...flags]
    await run(path.join(binDir, 'initdb'), command, { ...user, cwd: '/' })
    await appendFile(path.join(draft, 'postgresql.conf'), `\ninclude '${OWN_SETTINGS}'\n`)
    await rename(draft, dataDir)
  } finally {
    await Promise.all([passwordFile, draft].map((place) => rm(place, { recursive: true, force: true })))
  }
}

async function giveTo(user: ServerUser, ...places: string[]): Promise<void> {
  const { uid, gid } = user
  if (uid === undefined || gid === undefined) return
  await Promise.all(places.map((place) => chown(place, uid, gid)))
}

function renderSettings({ port, settings = {} }: EmbeddedPostgresOptions): string {
  const all = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    ...settings,
  }
  return Object.entries(all)
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    .join('')
}

async function isInitialised(dataDir: string): Promise<boolean> {
  return access(path.join(dataDir, 'PG_VERSION')).then(
    () => true,
    () => false,
  )
}

async function isRunning(binDir: string, user: ServerUser, dataDir: string): Promise<boolean> {
  return pgCtl(binDir, user, dataDir, ['status']).then(
    () => true,
    () => false,
  )
}

function logFile(dataDir: string): string {
  return path.join(dataDir, 'server.log')
}

async function pgCtl(binDir: string, user: ServerUser, dataDir: string, args: string[]): Promise<void> {
  const [verb = '', ...rest] = args
  try {
    await run(path.join(binDir, 'pg_ctl'), [verb, '-D', dataDir, ...rest], { ...user, cwd: '/' })
  } catch (cause) {
    if (verb === 'status') throw cause
    const log = await readFile(logFile(dataDir), 'utf8').catch(() => '')
    throw new Error(`PostgreSQL in ${dataDir} did not ${verb}: ${log.split('\n').slice(-8).join('\n')}`, {
      cause,
    })
  }
}
