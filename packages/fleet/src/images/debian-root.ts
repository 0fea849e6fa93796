import type { EngineVersion } from '@cacheplane/domain'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What must be installed on this machine to build images from Debian packages. */
export const BUILD_TOOLS = ['mmdebstrap', 'debian-archive-keyring'] as const

const BUILD_MS = 300_000

/**
 * Runs in the unpacked root, given as $1. The symbolic links matter: without /lib64 the kernel does not find the
 * dynamic linker and answers "no such file or directory" for a server that is plainly there. /data must belong to
 * the engine's user in the image, because a fresh volume takes its owner from there.
 */
const FINISH_ROOT = [
  'set -e; cd "$1"',
  'for d in bin sbin lib lib64; do mkdir -p usr/$d; [ -e $d ] || [ -L $d ] || ln -s usr/$d $d; done',
  'rm -rf usr/share/doc usr/share/man usr/share/info usr/share/locale usr/share/bash-completion usr/share/lintian',
  'rm -rf usr/lib/*/gconv usr/share/perl* usr/lib/*/perl* usr/bin/perl* var/lib/apt var/lib/dpkg var/cache',
  'rm -rf etc/redis etc/valkey etc/memcached.conf etc/init.d etc/logrotate.d lib/systemd usr/lib/systemd',
  'mkdir -p data tmp run etc proc sys dev; chown 999:999 data; chmod 755 data; chmod 1777 tmp',
  'printf "root:x:0:0:root:/:/sbin/nologin\\ncache:x:999:999:cache:/data:/sbin/nologin\\n" > etc/passwd',
  'printf "root:x:0:\\ncache:x:999:\\n" > etc/group; echo "hosts: files dns" > etc/nsswitch.conf',
].join('\n')

/**
 * Writes the root file system with these packages of a suite to a tar file, 6-15 seconds.
 * Tries Debian's own mirror first and then the one that this machine is set up with.
 */
export async function writeDebianRoot(
  suite: EngineVersion['debianSuite'],
  packages: readonly string[],
  tarFile: string,
  mirrors: readonly string[],
): Promise<void> {
  const attempts = [[], ...mirrors.map((mirror) => [mirror])]
  const failures: string[] = []
  for (const mirror of attempts) {
    const failure = await debootstrap([...optionsFor(packages), suite, tarFile, ...mirror])
    if (failure === null) return
    failures.push(failure)
  }
  throw new Error(`no image of ${suite} could be built: ${failures.join('; ')}`)
}

function optionsFor(packages: readonly string[]): string[] {
  return [
    '--variant=extract',
    '--quiet',
    `--include=${packages.join(',')}`,
    `--extract-hook=${FINISH_ROOT}`,
    '--aptopt=Acquire::Retries "3"',
    '--aptopt=Acquire::http::Timeout "20"',
  ]
}

/** Null when it worked. */
async function debootstrap(args: readonly string[]): Promise<string | null> {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const [command = '', ...rest] = [...asRoot, 'mmdebstrap', ...args]
  try {
    await run(command, rest, { timeout: BUILD_MS, maxBuffer: 16 << 20 })
    return null
  } catch (error) {
    return lastLines(error)
  }
}

function lastLines(error: unknown): string {
  const text =
    typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : String(error)
  const lines = text.split('\n').filter((line) => /^E:|error|failed/i.test(line))
  return lines.slice(-3).join(' ') || text.slice(-300)
}
