import { randomBytes } from 'node:crypto'
import { chmod, mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { findFreePort } from './free-port.ts'
import { keepPassword, readIfThere, writePrivate } from './private-file.ts'

/** Where any user may pass through, for when the state folder lies in somebody's closed home. */
const OPEN_HOME = '/var/lib/cacheplane'

/** Kept for good in the state folder: what tells this installation from others on the same machine. */
const Installation = z.object({
  id: z.string().regex(/^[a-z0-9]{8,32}$/),
  postgresDir: z.string().min(1),
  postgresPort: z.number().int(),
  queuePort: z.number().int(),
})
export type Installation = z.infer<typeof Installation>

/** Files and folders of the state folder; `purge` removes these and nothing else. */
export const STATE_FILES = {
  installation: 'installation.json',
  lock: 'up.lock',
  service: 'service.json',
  pid: 'supervisor.pid',
  secretKey: 'secret.key',
  accessKey: 'access-key.json',
  postgresPassword: 'postgres.password',
  databasePassword: 'database.password',
  queuePassword: 'queue.password',
  env: 'env',
  postgres: 'postgres',
  vault: 'vault',
  log: 'log',
} as const

export function statePath(stateDir: string, name: keyof typeof STATE_FILES): string {
  return join(stateDir, STATE_FILES[name])
}

/** Null when nothing was ever installed with this state folder. */
export async function readInstallation(stateDir: string): Promise<Installation | null> {
  const text = await readIfThere(statePath(stateDir, 'installation'))
  return text === null ? null : Installation.parse(JSON.parse(text))
}

export async function ensureInstallation(stateDir: string): Promise<Installation> {
  // The database server runs as its own user, who must pass through; every file inside is private by itself.
  await mkdir(stateDir, { recursive: true })
  await chmod(stateDir, 0o711)
  await mkdir(statePath(stateDir, 'log'), { recursive: true, mode: 0o700 })
  const kept = await readInstallation(stateDir)
  if (kept !== null) return kept
  const id = randomBytes(6).toString('hex')
  const made: Installation = {
    id,
    postgresDir: await choosePostgresDir(stateDir, id),
    postgresPort: await findFreePort(),
    queuePort: await findFreePort(),
  }
  await keepInstallation(stateDir, made)
  return made
}

export async function keepInstallation(stateDir: string, installation: Installation): Promise<void> {
  await writePrivate(statePath(stateDir, 'installation'), `${JSON.stringify(installation, null, 2)}\n`)
}

export interface Passwords {
  /** Of the superuser of our own database server. */
  postgres: string
  /** Of the role that the service uses there. */
  database: string
  queue: string
}

export async function installationPasswords(stateDir: string): Promise<Passwords> {
  return {
    postgres: await keepPassword(statePath(stateDir, 'postgresPassword')),
    database: await keepPassword(statePath(stateDir, 'databasePassword')),
    queue: await keepPassword(statePath(stateDir, 'queuePassword')),
  }
}

/** PostgreSQL refuses to run as root, and another user cannot enter, say, /root. */
async function choosePostgresDir(stateDir: string, id: string): Promise<string> {
  if (process.getuid?.() !== 0 || (await everyoneMayEnter(stateDir))) return statePath(stateDir, 'postgres')
  const home = join(OPEN_HOME, id)
  await mkdir(home, { recursive: true })
  for (const folder of [OPEN_HOME, home]) await chmod(folder, 0o755)
  return join(home, 'postgres')
}

async function everyoneMayEnter(folder: string): Promise<boolean> {
  for (let place = folder; ; place = dirname(place)) {
    if (((await stat(place)).mode & 0o001) === 0) return false
    if (place === dirname(place)) return true
  }
}
