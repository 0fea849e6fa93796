import { setTimeout as sleep } from 'node:timers/promises'
import { RespClient, type RespTarget } from '../../support/resp-client.ts'

const CLIENTS = 8
const PAUSE_MS = 2
const ANSWER_MS = 5_000
const KEYS = 200_000
const VALUE = 'x'.repeat(1_000)

interface Sample {
  atMs: number
  tookMs: number
}

/** Clients that overwrite and read keys of the cache, as steadily as they are answered. */
export class MeasuredLoad {
  readonly #samples: Sample[] = []
  readonly #loops: Promise<void>[]
  #failed = 0
  #isStopped = false

  constructor(private readonly target: RespTarget) {
    this.#loops = Array.from({ length: CLIENTS }, (_, client) => this.#run(client))
  }

  get failed(): number {
    return this.#failed
  }

  /** Milliseconds of the requests that were answered in this time. */
  between(fromMs: number, toMs: number): number[] {
    return this.#samples.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs).map(({ tookMs }) => tookMs)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#loops)
  }

  async #run(number: number): Promise<void> {
    const client = await RespClient.open(this.target)
    for (let turn = number; !this.#isStopped; turn += CLIENTS) {
      const key = `bench:${(turn * 7_919) % KEYS}`
      const begun = performance.now()
      try {
        await client.ask([turn % 2 === 0 ? ['SET', key, VALUE] : ['GET', key]], ANSWER_MS)
        this.#samples.push({ atMs: performance.now(), tookMs: performance.now() - begun })
      } catch {
        this.#failed += 1
      }
      await sleep(PAUSE_MS)
    }
    client.close()
  }
}
