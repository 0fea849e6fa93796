import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { docker } from '../../support/docker.ts'
import { IMAGE } from '../bare-cache.ts'
import type { RespTarget } from '../../support/resp-client.ts'
import { untilPong } from '../until-pong.ts'

const run = promisify(execFile)
const PORT = 6379
const LOOK_EVERY_MS = 50
const OUTPUT_MAX_BYTES = 64 * 1024 ** 2

interface BareNode {
  container: string
  ip: string
}

/** A cluster by hand: `docker run` of every node, and `valkey-cli --cluster` on them. Reached by the containers' addresses. */
export class BareCluster {
  #nodes: BareNode[] = []
  readonly #names: string[] = []

  /** Cleaned up by `remove`, also when it fails. */
  async start(shards: number, replicas: number): Promise<void> {
    this.#nodes = await Promise.all(Array.from({ length: shards * (1 + replicas) }, () => this.#runNode()))
    if (shards < 3) return this.#leadAlone()
    const nodes = this.#nodes.map(({ ip }) => `${ip}:${PORT}`)
    await this.manage('create', ...nodes, '--cluster-replicas', String(replicas), '--cluster-yes')
  }

  get seeds(): RespTarget[] {
    return this.#nodes.map(({ ip }) => ({ host: ip, port: PORT }))
  }

  /** Adds an empty shard without replicas. */
  async grow(): Promise<void> {
    const node = await this.#runNode()
    this.#nodes.push(node)
    await this.manage('add-node', `${node.ip}:${PORT}`, `${this.#first.ip}:${PORT}`)
    // It takes no keys for a moment, which the tool does not wait for.
    while (!(await this.#cli(node, 'cluster', 'info')).includes('cluster_state:ok'))
      await sleep(LOOK_EVERY_MS)
  }

  /** Slots from the first node to the last, in the tool's own way. */
  async reshard(slots: number): Promise<void> {
    const [from, to] = await Promise.all([this.#first, this.#last].map((node) => this.#idOf(node)))
    await this.manage(
      ...['reshard', `${this.#first.ip}:${PORT}`, '--cluster-from', from ?? '', '--cluster-to', to ?? ''],
      ...['--cluster-slots', String(slots), '--cluster-yes'],
    )
  }

  async remove(): Promise<void> {
    if (this.#names.length > 0) await run('docker', ['rm', '--force', '--volumes', ...this.#names])
    this.#names.length = 0
    this.#nodes = []
  }

  get #first(): BareNode {
    return this.#at(0)
  }

  get #last(): BareNode {
    return this.#at(-1)
  }

  #at(i: number): BareNode {
    const node = this.#nodes.at(i)
    if (node === undefined) throw new Error('the cluster has no nodes')
    return node
  }

  /** What the tool does not do for fewer than three. A node that nobody has spoken to does not know its own address. */
  async #leadAlone(): Promise<void> {
    await this.#cli(this.#first, 'config', 'set', 'cluster-announce-ip', this.#first.ip)
    await this.#cli(this.#first, 'cluster', 'addslotsrange', '0', '16383')
  }

  async manage(...command: string[]): Promise<void> {
    await this.#cli(this.#first, '--cluster', ...command)
  }

  async #idOf(node: BareNode): Promise<string> {
    return (await this.#cli(node, 'cluster', 'myid')).trim()
  }

  async #cli({ container }: BareNode, ...command: string[]): Promise<string> {
    const words = ['exec', container, 'valkey-cli', ...command]
    return run('docker', words, { maxBuffer: OUTPUT_MAX_BYTES }).then(
      ({ stdout }) => stdout,
      // It tells each slot, and what went wrong last of all.
      (error: { stdout?: string }) => {
        throw new Error(`valkey-cli ${command.slice(0, 2).join(' ')} failed: ${error.stdout?.slice(-500)}`)
      },
    )
  }

  async #runNode(): Promise<BareNode> {
    const container = `cacheplane-bench-${randomBytes(4).toString('hex')}`
    this.#names.push(container)
    await run('docker', [
      ...['run', '-d', '--name', container, '--memory', '512m', IMAGE, 'valkey-server'],
      ...['--bind', '0.0.0.0', '--protected-mode', 'no', '--save', '', '--cluster-enabled', 'yes'],
    ])
    const { NetworkSettings } = await docker.getContainer(container).inspect()
    const ip = NetworkSettings.Networks.bridge?.IPAddress ?? ''
    await untilPong(PORT, ip)
    return { container, ip }
  }
}
