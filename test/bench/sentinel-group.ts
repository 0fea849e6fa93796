import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { tarFile } from '../../docker/bootstrap/tar-file.ts'
import { docker } from '../support/docker.ts'
import { RespClient, type RespTarget } from '../support/resp-client.ts'
import type { Reply } from '../../packages/fleet/src/control/resp-parser.ts'

const IMAGE = 'cacheplane/engine:valkey-8.1'
const MASTER = 'bench'
const DOWN_AFTER_MS = 1_000
const FAILOVER_TIMEOUT_MS = 3_000
const PATIENCE_MS = 60_000
const PORT = 6379
const SENTINEL_PORT = 26_379
const LOOK_EVERY_MS = 50
const ANSWER_MS = 500
const OWNER = { uid: 999, gid: 999, mode: 0o600 }

interface Standing {
  id: string
  ip: string
}

/**
 * What somebody would have who cares for failover himself: a primary, two replicas and three sentinels of the same image,
 * each in a container on a network of their own, reached by their addresses on it.
 */
export class SentinelGroup {
  readonly #name = `cacheplane-bench-${randomBytes(4).toString('hex')}`
  readonly #containers: string[] = []
  #nodes: Standing[] = []
  readonly #sentinels: Standing[] = []

  /** Cleaned up by `remove`, also when it fails. */
  async start(): Promise<void> {
    await docker.createNetwork({ Name: this.#name })
    const server = ['valkey-server', '--bind', '0.0.0.0', '--protected-mode', 'no', '--save', '']
    const primary = await this.#run(server)
    const replica = [...server, '--replicaof', primary.ip, String(PORT), '--repl-diskless-sync-delay', '0']
    this.#nodes = [primary, await this.#run(replica), await this.#run(replica)]
    for (let i = 0; i < 3; i += 1) this.#sentinels.push(await this.#runSentinel(primary.ip))
    await this.isWhole()
  }

  /** Asks the sentinels in turn, as clients of Sentinel do. */
  readonly where = async (): Promise<RespTarget> => ({ host: await this.primaryIp(), port: PORT })

  async primaryIp(): Promise<string> {
    for (const { ip } of this.#sentinels) {
      const said = await ask(ip, SENTINEL_PORT, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER])
      if (Array.isArray(said)) return String(said[0])
    }
    throw new Error('no sentinel knows the primary')
  }

  /** Docker's id of the container of the primary. */
  async primaryContainer(): Promise<string> {
    const ip = await this.primaryIp()
    const found = this.#nodes.find((node) => node.ip === ip)
    if (found === undefined) throw new Error(`nobody has the address ${ip}`)
    return found.id
  }

  /** Starts what is dead, and waits until two replicas follow the primary that all sentinels agree on. */
  async isWhole(): Promise<void> {
    for (const { id } of this.#nodes)
      await docker
        .getContainer(id)
        .start()
        .catch(() => undefined)
    const deadline = performance.now() + PATIENCE_MS
    while (!(await this.#isWhole())) {
      if (performance.now() > deadline) throw new Error('the sentinels did not agree within a minute')
      await sleep(LOOK_EVERY_MS)
    }
    // Sentinel refuses another failover of the same primary for twice its timeout.
    await sleep(2 * FAILOVER_TIMEOUT_MS)
  }

  async remove(): Promise<void> {
    for (const id of this.#containers)
      await docker
        .getContainer(id)
        .remove({ force: true, v: true })
        .catch(() => undefined)
    await docker
      .getNetwork(this.#name)
      .remove()
      .catch(() => undefined)
  }

  async #isWhole(): Promise<boolean> {
    const views = await Promise.all(this.#sentinels.map(({ ip }) => sentinelView(ip)))
    const [first] = views
    if (first === undefined || first === null || views.some((view) => view?.ip !== first.ip)) return false
    if (views.some((view) => view?.flags !== 'master' || view.slaves < 2 || view.sentinels < 2)) return false
    const info = await ask(first.ip, PORT, ['INFO', 'replication'])
    return [...String(info).matchAll(/state=online/g)].length === 2
  }

  async #runSentinel(primaryIp: string): Promise<Standing> {
    // Sentinel writes to its configuration, so it has to be a file of its own.
    const lines = [
      `sentinel monitor ${MASTER} ${primaryIp} ${PORT} 2`,
      `sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout ${MASTER} ${FAILOVER_TIMEOUT_MS}`,
      `sentinel parallel-syncs ${MASTER} 2`,
      'protected-mode no',
    ]
    return this.#run(['valkey-server', '/data/sentinel.conf', '--sentinel'], lines.join('\n') + '\n')
  }

  async #run(command: string[], sentinelConf?: string): Promise<Standing> {
    const container = await docker.createContainer({
      name: `${this.#name}-${this.#containers.length}`,
      Image: IMAGE,
      Cmd: command,
      HostConfig: { NetworkMode: this.#name },
    })
    this.#containers.push(container.id)
    if (sentinelConf !== undefined)
      await container.putArchive(tarFile('sentinel.conf', sentinelConf, OWNER), { path: '/data' })
    await container.start()
    const { NetworkSettings } = await container.inspect()
    return { id: container.id, ip: NetworkSettings.Networks[this.#name]?.IPAddress ?? '' }
  }
}

interface View {
  ip: string
  flags: string
  slaves: number
  sentinels: number
}

async function sentinelView(ip: string): Promise<View | null> {
  const said = await ask(ip, SENTINEL_PORT, ['SENTINEL', 'MASTER', MASTER])
  if (!Array.isArray(said)) return null
  const value = (name: string): string => String(said[said.indexOf(name) + 1])
  return {
    ip: value('ip'),
    flags: value('flags'),
    slaves: Number(value('num-slaves')),
    sentinels: Number(value('num-other-sentinels')),
  }
}

/** Null when nobody answers. */
async function ask(host: string, port: number, command: string[]): Promise<Reply> {
  let client: RespClient | null = null
  try {
    client = await RespClient.open({ host, port })
    return (await client.ask([command], ANSWER_MS))[0] ?? null
  } catch {
    return null
  } finally {
    client?.close()
  }
}
