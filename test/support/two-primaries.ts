import { setTimeout as sleep } from 'node:timers/promises'
import { RespClient, type RespTarget } from './resp-client.ts'

const SAMPLE_EVERY_MS = 100
const ANSWER_MS = 300
const PROBE = ['SET', 'two-primaries', 'x', 'EX', '60']

/**
 * Asks every node of a group, under its own endpoint and past the group's, whether it takes a client's write. Two that do
 * so twice, the second time begun after the first had ended for both, did so at one moment.
 */
export class TwoPrimaries {
  samples = 0
  /** Ports of the nodes that took writes at the same moment. */
  readonly found: string[] = []
  readonly #loop: Promise<void>
  #isStopped = false

  constructor(private readonly nodes: readonly RespTarget[]) {
    this.#loop = this.#watch()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#loop
  }

  async #watch(): Promise<void> {
    while (!this.#isStopped) {
      const first = await this.#takers(this.nodes)
      const both = first.length < 2 ? [] : await this.#takers(first)
      this.samples += 1
      if (both.length > 1) this.found.push(both.map(({ port }) => port).join(' and '))
      await sleep(SAMPLE_EVERY_MS)
    }
  }

  async #takers(nodes: readonly RespTarget[]): Promise<RespTarget[]> {
    const verdicts = await Promise.all(nodes.map(takesWrites))
    return nodes.filter((_, i) => verdicts[i])
  }
}

async function takesWrites(node: RespTarget): Promise<boolean> {
  let client: RespClient | null = null
  try {
    client = await RespClient.open(node)
    await client.ask([PROBE], ANSWER_MS)
    return true
  } catch {
    return false
  } finally {
    client?.close()
  }
}
