import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import Docker from 'dockerode'
import { docker } from '../docker.ts'
import { run, tryRun } from './run.ts'

const CGROUPS = '/sys/fs/cgroup'
const START_WITHIN_MS = 30_000

export interface PrivateEngineOptions {
  folder: string
  namespace: string
  /** Of the namespace. */
  address: string
  /** Tells its addresses and groups of processes from those of its sisters. */
  number: number
  /** Further options of dockerd. */
  extra?: readonly string[]
}

/** A Docker engine in a network namespace: the nearest thing to another host. It never sees the host's own bridges. */
export class PrivateEngine {
  readonly docker: Docker
  readonly socket: string
  readonly #cgroup: string

  private constructor(private readonly options: PrivateEngineOptions) {
    this.socket = join(options.folder, 'docker.sock')
    this.docker = new Docker({ socketPath: this.socket })
    this.#cgroup = options.namespace
  }

  static async start(options: PrivateEngineOptions): Promise<PrivateEngine> {
    const engine = new PrivateEngine(options)
    await mkdir(options.folder, { recursive: true })
    await engine.#configure()
    await engine.powerOn()
    return engine
  }

  get address(): string {
    return this.options.address
  }

  /** Starts dockerd, and waits until it answers. */
  async powerOn(): Promise<void> {
    const { folder, namespace, number, extra = [] } = this.options
    const log = openSync(join(folder, 'dockerd.log'), 'a', 0o600)
    const child = spawn(
      'nsenter',
      [
        `--net=/run/netns/${namespace}`,
        'dockerd',
        ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
        ...['--pidfile', join(folder, 'docker.pid'), '-H', `unix://${this.socket}`],
        ...['--bip', `172.28.${number}.1/24`, '--default-address-pool', `base=172.29.${number}.0/24,size=26`],
        ...['--config-file', join(folder, 'daemon.json')],
        ...['--cgroup-parent', `/${this.#cgroup}`, ...extra],
      ],
      { stdio: ['ignore', log, log], detached: true },
    )
    child.unref()
    closeSync(log)
    const deadlineMs = performance.now() + START_WITHIN_MS
    while (!(await this.#answers())) {
      if (performance.now() > deadlineMs || child.exitCode !== null) throw new Error(await this.#lastWords())
      await sleep(100)
    }
  }

  /** Kills the engine, everything that it runs, and every process of the namespace, all at once: nobody says farewell. */
  async powerOff(): Promise<void> {
    for (let round = 0; round < 50; round += 1) {
      const pids = await this.#processes()
      if (pids.length === 0) return this.#forgetRun()
      for (const pid of pids) kill(pid)
      await sleep(50)
    }
    throw new Error('some processes of the engine cannot be killed')
  }

  /** Its Docker API keeps silent, and what runs on it goes on. */
  async freezeDocker(): Promise<void> {
    kill(await this.#dockerd(), 'SIGSTOP')
  }

  async thawDocker(): Promise<void> {
    kill(await this.#dockerd(), 'SIGCONT')
  }

  /** As when dockerd crashes and is started again: what ran on goes on without it, and ends with its return. */
  async crashDocker(awayMs: number): Promise<void> {
    kill(await this.#dockerd())
    await sleep(awayMs)
    await rm(join(this.options.folder, 'docker.pid'), { force: true })
    await this.powerOn()
  }

  /** No packet comes in or goes out; everything on it goes on. */
  async cutOff(): Promise<void> {
    await run('ip', '-n', this.options.namespace, 'link', 'set', 'eth0', 'down')
  }

  async reconnect(): Promise<void> {
    const { namespace, address } = this.options
    await run('ip', '-n', namespace, 'link', 'set', 'eth0', 'up')
    // The kernel forgets the way out with the link.
    const gateway = address.replace(/\d+$/, '1')
    await tryRun('ip', '-n', namespace, 'route', 'add', 'default', 'via', gateway)
  }

  async #dockerd(): Promise<number> {
    return Number(await readFile(join(this.options.folder, 'docker.pid'), 'utf8'))
  }

  /** Gives it images of the machine's own engine. */
  async load(...images: string[]): Promise<void> {
    for (const image of images) {
      const stream = await docker.getImage(image).get()
      const progress = await this.docker.loadImage(stream)
      await pipeline(progress, async (lines) => {
        for await (const _ of lines) continue
      })
    }
  }

  async remove(): Promise<void> {
    await this.powerOff()
    await rm(this.options.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }

  /** Older engines take their id from a file that all of a machine would share: they would be one and the same. */
  async #configure(): Promise<void> {
    const { folder } = this.options
    const { Version } = await docker.version()
    const isOld = Number(Version.split('.')[0]) < 23
    const config = isOld ? { 'deprecated-key-path': join(folder, 'key.json') } : {}
    await writeFile(join(folder, 'daemon.json'), JSON.stringify(config))
  }

  /** What a host would have lost with its memory: mounts, groups of processes, and files of what ran. */
  async #forgetRun(): Promise<void> {
    const { folder } = this.options
    const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')
    const paths = mounts.map((line) => line.split(' ')[4] ?? '')
    for (const path of paths.filter((one) => one.startsWith(`${folder}/`)).reverse())
      await tryRun('umount', '-l', path)
    await this.#removeCgroups()
    const gone = ['exec', 'docker.pid', 'docker.sock'].map((name) => join(folder, name))
    await Promise.all(gone.map((path) => rm(path, { recursive: true, force: true })))
  }

  async #answers(): Promise<boolean> {
    return this.docker.ping().then(
      () => true,
      () => false,
    )
  }

  async #lastWords(): Promise<string> {
    const log = await readFile(join(this.options.folder, 'dockerd.log'), 'utf8')
    return `dockerd does not start: ${log.split('\n').slice(-5).join('\n')}`
  }

  /** Those in the namespace, and those of its containers, which have namespaces of their own. */
  async #processes(): Promise<number[]> {
    const here = await run('ip', 'netns', 'pids', this.options.namespace)
    const held = await this.#cgroupFolders()
    const lists = await Promise.all(
      held.map((folder) => readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '')),
    )
    return [...new Set([here, ...lists].flatMap((text) => text.split('\n').filter(Boolean).map(Number)))]
  }

  async #removeCgroups(): Promise<void> {
    for (const folder of (await this.#cgroupFolders()).reverse()) await tryRun('rmdir', folder)
  }

  /** In each hierarchy, parents first. */
  async #cgroupFolders(): Promise<string[]> {
    const hierarchies = ['', ...(await readdir(CGROUPS))]
    const found: string[] = []
    const seen = new Set<string>()
    for (const hierarchy of hierarchies) {
      const root = join(CGROUPS, hierarchy, this.#cgroup)
      const real = await readlink(join(CGROUPS, hierarchy)).catch(() => hierarchy)
      if (seen.has(real)) continue
      seen.add(real)
      const children = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => null)
      if (children === null) continue
      found.push(
        root,
        ...children.filter((one) => one.isDirectory()).map((one) => join(one.parentPath, one.name)),
      )
    }
    return found
  }
}

function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {
    return
  }
}
