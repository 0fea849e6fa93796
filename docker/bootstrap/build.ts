import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Obstacle } from './say.ts'
import { ROOT } from './settings.ts'

const run = promisify(execFile)

export const PROGRAMS = [
  { name: 'api', file: join(ROOT, 'apps/api/dist/server.js') },
  { name: 'worker', file: join(ROOT, 'apps/worker/dist/main.js') },
]
const TURBO = 'node_modules/turbo/bin/turbo'
export const SUPERVISOR = join(ROOT, 'dist/supervisor.js')

/** Bundles api, worker and supervisor; what has not changed since the last time comes from turbo's cache. */
export async function buildPrograms(): Promise<void> {
  const programs = PROGRAMS.map(({ name }) => `--filter=@cacheplane/${name}`)
  await node('the service', [TURBO, 'run', 'build', ...programs, '--output-logs=errors-only'])
  await node('the supervisor', ['docker/bootstrap/bundle.mjs', 'dist', 'docker/bootstrap/main/supervisor.ts'])
}

/** Tells one build from another. */
export async function buildDigest(): Promise<string> {
  const hash = createHash('sha256')
  for (const folder of ['dist', 'apps/api/dist', 'apps/worker/dist']) {
    const names = (await readdir(join(ROOT, folder))).filter((name) => name.endsWith('.js')).sort()
    for (const name of names) hash.update(name).update(await readFile(join(ROOT, folder, name)))
  }
  return hash.digest('hex')
}

async function node(what: string, args: readonly string[]): Promise<void> {
  const environment = {
    ...process.env,
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
  }
  try {
    await run(process.execPath, args, { cwd: ROOT, env: environment, maxBuffer: 16 << 20 })
  } catch (error) {
    const output =
      error instanceof Error && 'stdout' in error && 'stderr' in error
        ? `${String(error.stdout)}${String(error.stderr)}`
        : String(error)
    throw new Obstacle(`${what} could not be built:\n${output.trim().split('\n').slice(-40).join('\n')}`)
  }
}
