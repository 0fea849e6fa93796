import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findFreePort } from '../../docker/bootstrap/free-port.ts'
import { ROOT } from '../../docker/bootstrap/settings.ts'
import { run } from './private-engines/run.ts'

const INSTALLED = '/usr/sbin/sshd'
/** Debian's package is unpacked and not installed: that would open a server of its own to everybody. */
const UNPACKED = join(ROOT, 'node_modules/.cache/cacheplane-sshd')
const PACKAGES = ['openssh-server', 'libwrap0']
const START_WITHIN_MS = 15_000
/** Where sshd insists on locking up those of its processes that speak to strangers. */
const CELL = '/run/sshd'

/** Somebody who may do to the engine what we may, and who exists for this server alone. */
const USER = 'engine'

/** What stands in the way of a server of our own, or null. */
export async function whyNoSshServer(): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'only root may open a server that lets others in'
  try {
    for (const program of ['ssh', 'ssh-keygen', 'unshare', 'docker'])
      await run('sh', '-c', `command -v ${program}`)
    await run('unshare', '--mount', 'true')
    return (await ensureProgram()) === null ? 'Debian has no openssh-server for this machine' : null
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error)
  }
}

async function ensureProgram(): Promise<string | null> {
  if (existsSync(INSTALLED)) return INSTALLED
  const program = join(UNPACKED, INSTALLED)
  if (existsSync(program)) return program
  await mkdir(UNPACKED, { recursive: true })
  // apt fetches as a user of its own.
  await chmod(UNPACKED, 0o777)
  const fetchAll = () => run('sh', '-c', `cd ${UNPACKED} && apt-get download -q ${PACKAGES.join(' ')}`)
  await fetchAll().catch(async () => {
    await run('apt-get', 'update', '-q')
    await fetchAll()
  })
  await run('sh', '-c', `cd ${UNPACKED} && for one in *.deb; do dpkg-deb -x "$one" .; done`)
  await chmod(UNPACKED, 0o755)
  return existsSync(program) ? program : null
}

/** Debian's sshd on a port of this machine, through which `docker` reaches the engine that the tests use. */
export class SshServer {
  #child: ChildProcess | null = null

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly madeCell: boolean,
  ) {}

  static async open(dockerAddress: string): Promise<SshServer> {
    const folder = await mkdtemp(join(tmpdir(), 'cacheplane-sshd-'))
    const madeCell = !existsSync(CELL)
    await mkdir(CELL, { recursive: true, mode: 0o755 })
    const server = new SshServer(folder, await findFreePort(), madeCell)
    await server.#prepare(dockerAddress)
    await server.start()
    return server
  }

  /** For `CACHEPLANE_ZONES`; the stranger's key lets nobody in, and the strangers' file knows no host. */
  address(key: 'own' | 'stranger' = 'own', hosts: 'known' | 'strangers' = 'known'): string {
    return `ssh://${USER}@127.0.0.1:${this.port}?key=${this.#at(key)}&hosts=${this.#at(hosts)}`
  }

  async start(): Promise<void> {
    const program = (await ensureProgram()) ?? INSTALLED
    this.#child = spawn('unshare', ['--mount', 'sh', '-c', MOUNT_AND_RUN, 'sh', this.folder, program], {
      stdio: 'ignore',
      env: { PATH: process.env.PATH, LD_LIBRARY_PATH: (await librariesOf(program)) ?? '' },
    })
    const deadlineMs = performance.now() + START_WITHIN_MS
    while (!(await this.#listens())) {
      if (this.#child.exitCode !== null || performance.now() > deadlineMs)
        throw new Error(
          `sshd does not start: ${await readFile(this.#at('log'), 'utf8').catch(() => 'no log')}`,
        )
      await sleep(50)
    }
  }

  /** Hangs up on everybody, as when the host is lost. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child?.pid === undefined || child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('close', resolve))
    // Its sessions are processes of their own, which hang up when their client does.
    for (const pid of [...(await descendants(child.pid)), child.pid]) kill(pid)
    await ended
  }

  /** From now on it is another host that answers there. */
  async changeHostKey(): Promise<void> {
    await this.kill()
    await rm(this.#at('host'))
    await newKey(this.#at('host'))
    await this.start()
  }

  async close(): Promise<void> {
    await this.kill()
    await rm(this.folder, { recursive: true, force: true })
    if (this.madeCell) await rmdir(CELL).catch(() => undefined)
  }

  #at(name: string): string {
    return join(this.folder, name)
  }

  async #prepare(dockerAddress: string): Promise<void> {
    const { folder, port } = this
    for (const name of ['host', 'own', 'stranger']) await newKey(this.#at(name))
    const publicKey = (name: string) => readFile(this.#at(`${name}.pub`), 'utf8')
    // As the README advises.
    const may = 'restrict,command="docker system dial-stdio"'
    await writeFile(this.#at('authorized'), `${may} ${await publicKey('own')}`)
    await writeFile(this.#at('known'), `[127.0.0.1]:${port} ${await publicKey('host')}`)
    await writeFile(this.#at('strangers'), '')
    const users = await readFile('/etc/passwd', 'utf8')
    const own = `${USER}:x:0:0::${folder}:/bin/sh\n`
    const cell = /^sshd:/m.test(users) ? '' : `sshd:x:65532:65534::${CELL}:/usr/sbin/nologin\n`
    await writeFile(this.#at('passwd'), users + own + cell)
    // Neither a password nor locked.
    await writeFile(
      this.#at('shadow'),
      `${await readFile('/etc/shadow', 'utf8')}${USER}:*:19000:0:99999:7:::\n`,
      {
        mode: 0o600,
      },
    )
    await writeFile(this.#at('config'), configOf(folder, port, dockerAddress))
  }

  #listens(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: this.port })
      const settle = (listens: boolean) => {
        socket.destroy()
        resolve(listens)
      }
      socket.once('connect', () => settle(true))
      socket.once('error', () => settle(false))
    })
  }
}

/** Only this server sees the user of its own. The helpers of an unpacked one are looked for where they would be installed. */
const MOUNT_AND_RUN = `
mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/shadow" /etc/shadow || exit 1
case "$2" in ${INSTALLED}) ;; *) mount --bind "${UNPACKED}/usr/lib/openssh" /usr/lib/openssh || exit 1 ;; esac
exec "$2" -D -E "$1/log" -f "$1/config"`

function configOf(folder: string, port: number, dockerAddress: string): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/authorized`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    `AllowUsers ${USER}`,
    `SetEnv DOCKER_HOST=${dockerAddress} PATH=${process.env.PATH ?? ''}`,
    '',
  ].join('\n')
}

async function newKey(path: string): Promise<void> {
  await run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path)
}

/** Those of an unpacked package. */
async function librariesOf(program: string): Promise<string | null> {
  if (program === INSTALLED) return null
  return (
    await run('sh', '-c', `find ${UNPACKED} -name '*.so.*' -printf '%h\\n' | sort -u | paste -sd:`)
  ).trim()
}

async function descendants(pid: number): Promise<number[]> {
  const text = await run('ps', '-o', 'pid=', '--ppid', String(pid)).catch(() => '')
  const children = text.split('\n').filter(Boolean).map(Number)
  const theirs = await Promise.all(children.map(descendants))
  return [...theirs.flat(), ...children]
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    return
  }
}
