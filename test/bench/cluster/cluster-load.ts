import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from 'ioredis'
import type { RespTarget } from '../../support/resp-client.ts'
import { percentile } from '../statistics.ts'
import { clusterClient } from './until-served.ts'

const CLIENTS = 8
/** Between two commands of one of them: a load that leaves the machine room for what is measured. */
const PAUSE_MS = 8
const FILL_AT_ONCE = 500

export interface Data {
  keys: number
  valueBytes: number
}

/** Clients of a cluster that GET and SET keys by turns, all over the data, and remember how long each answer took. */
export class ClusterLoad {
  readonly errors: string[] = []
  readonly #samples: { atMs: number; tookMs: number }[] = []
  #loops: Promise<void>[] = []
  #isStopped = false

  private constructor(
    private readonly client: Cluster,
    private readonly data: Data,
  ) {}

  /** Writes all the data first. */
  static async fill(seeds: readonly RespTarget[], data: Data): Promise<ClusterLoad> {
    const load = new ClusterLoad(clusterClient(seeds), data)
    for (let from = 0; from < data.keys; from += FILL_AT_ONCE)
      await Promise.all(
        Array.from({ length: Math.min(FILL_AT_ONCE, data.keys - from) }, (_, i) => load.#set(from + i)),
      )
    return load
  }

  run(): void {
    this.#loops = Array.from({ length: CLIENTS }, (_, i) => this.#loop(i))
  }

  /** Milliseconds that 99 of 100 answers between two moments did not exceed. */
  p99(fromMs: number, toMs: number): number {
    const some = this.#samples.filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
    return percentile(
      some.map(({ tookMs }) => tookMs),
      0.99,
    )
  }

  /** On all primaries together: a key on two of them is one too many. */
  async count(): Promise<number> {
    const sizes = await Promise.all(this.client.nodes('master').map((node) => node.dbsize()))
    return sizes.reduce((sum, size) => sum + size, 0)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#loops)
    this.client.disconnect()
  }

  async #loop(first: number): Promise<void> {
    // A stride without a common divisor visits all keys, and slots in no order.
    for (let i = first; !this.#isStopped; i = (i + 7_919) % this.data.keys) {
      const atMs = performance.now()
      const asked = i % 2 === 0 ? this.client.get(keyOf(i)) : this.#set(i)
      await asked.catch((error: unknown) => this.errors.push(String(error)))
      this.#samples.push({ atMs, tookMs: performance.now() - atMs })
      await sleep(PAUSE_MS)
    }
  }

  async #set(i: number): Promise<unknown> {
    return this.client.set(keyOf(i), 'x'.repeat(this.data.valueBytes))
  }
}

const keyOf = (i: number): string => `bench:${i}`
