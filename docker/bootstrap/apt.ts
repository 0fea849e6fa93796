import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { Obstacle, type Progress } from './say.ts'

const run = promisify(execFile)
const INSTALL_MS = 600_000

/** How this process may act as root: directly, through sudo without a password, or not at all. */
export async function rootPrefix(): Promise<readonly string[] | null> {
  if (process.getuid?.() === 0) return []
  const asked = run('sudo', ['-n', 'true'])
  return asked.then(
    () => ['sudo', '-n'],
    () => null,
  )
}

/**
 * Installs Debian packages. `why` completes the sentence "… is needed to …", which is what a user gets who cannot
 * install them from here.
 */
export async function aptInstall(
  packages: readonly string[],
  why: string,
  progress: Progress,
): Promise<void> {
  const names = packages.join(' ')
  const prefix = await rootPrefix()
  if (!existsSync('/usr/bin/apt-get') || prefix === null) {
    const how = existsSync('/usr/bin/apt-get') ? ' (as root: apt-get install ' + names + ')' : ''
    throw new Obstacle(`${names} is needed to ${why}: please install it${how}, then run this again.`)
  }
  progress(`installing ${names} with apt-get`)
  await apt(prefix, ['update'])
  await apt(prefix, ['install', '-y', '--no-install-recommends', ...packages])
}

async function apt(prefix: readonly string[], args: readonly string[]): Promise<void> {
  const environment = ['DEBIAN_FRONTEND=noninteractive', 'NEEDRESTART_SUSPEND=1']
  // Another package manager may hold the lock for a while, for instance right after the machine was started.
  const options = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3', '-q']
  const [command = '', ...rest] = [...prefix, 'env', ...environment, 'apt-get', ...options, ...args]
  try {
    await run(command, rest, { timeout: INSTALL_MS, maxBuffer: 32 << 20 })
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
    const reason = output.split('\n').filter((line) => line.startsWith('E:'))
    throw new Obstacle(`apt-get ${args.join(' ')} failed: ${reason.join(' ') || output.slice(-400)}`)
  }
}
