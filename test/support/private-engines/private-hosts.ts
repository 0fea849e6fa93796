import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PrivateEngine } from './private-engine.ts'
import { run } from './run.ts'
import { Switchboard } from './switchboard.ts'

const IMAGES = ['cacheplane/engine:valkey-8.1', 'cacheplane/edge:haproxy-3.0']

/** Docker engines with networks of their own, joined by one: as good as several hosts on this machine. */
export class PrivateHosts {
  readonly engines: PrivateEngine[] = []

  private constructor(
    private readonly folder: string,
    private readonly board: Switchboard,
  ) {}

  /** @param extra options of dockerd, once its folder and its address are known */
  static async open(
    count: number,
    extra: (folder: string, address: string) => Promise<readonly string[]> = async () => [],
  ): Promise<PrivateHosts> {
    const folder = await mkdtemp(join(tmpdir(), 'cacheplane-engines-'))
    const hosts = new PrivateHosts(folder, await Switchboard.open())
    try {
      for (let number = 1; number <= count; number += 1) {
        const at = await hosts.board.join(number)
        const own = join(folder, String(number))
        const options = { ...at, folder: own, number, extra: await extra(own, at.address) }
        hosts.engines.push(await PrivateEngine.start(options))
      }
      await Promise.all(hosts.engines.map((engine) => engine.load(...IMAGES)))
      return hosts
    } catch (error) {
      await hosts.close()
      throw error
    }
  }

  /** By number, from 0. */
  at(index: number): PrivateEngine {
    const engine = this.engines[index]
    if (engine === undefined) throw new Error(`there is no host ${index}`)
    return engine
  }

  async close(): Promise<void> {
    await Promise.all(this.engines.map((engine) => engine.remove()))
    await this.board.close()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** Null when this machine lets us make hosts, otherwise why not. */
export async function whyNoHosts(): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'only root may make network namespaces'
  for (const program of ['dockerd', 'nsenter', 'ip', 'iptables']) {
    const found = await run('sh', '-c', `command -v ${program}`).catch(() => null)
    if (found === null) return `${program} is not on this machine`
  }
  const name = `cacheplane-try-${process.pid}`
  try {
    await run('ip', 'netns', 'add', name)
    await run('ip', 'netns', 'delete', name)
    return null
  } catch (error) {
    return `no network namespace can be made: ${error instanceof Error ? error.message.trim() : String(error)}`
  }
}
