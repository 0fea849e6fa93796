import { setTimeout as sleep } from 'node:timers/promises'
import { RespClient, type RespTarget } from './resp-client.ts'

const ANSWER_MS = 1_000
const RETRY_MS = 10
const PAUSE_MS = 10

/** A client that reads through an endpoint for as long as it is let, and connects again when its connection is cut. */
export class SteadyReader {
  readonly answeredAtMs: number[] = []
  readonly failures: string[] = []
  readonly #loop: Promise<void>
  #isStopped = false

  constructor(
    private readonly target: RespTarget,
    private readonly question: readonly string[] = ['SCARD', 'canary'],
  ) {
    this.#loop = this.#read()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#loop
  }

  /** The longest time without an answer since then, in milliseconds. */
  longestGap(fromMs: number): number {
    const times = this.answeredAtMs.filter((atMs) => atMs >= fromMs)
    return Math.max(0, ...times.map((atMs, i) => atMs - (times[i - 1] ?? atMs)))
  }

  async #read(): Promise<void> {
    while (!this.#isStopped) {
      let client: RespClient | null = null
      try {
        client = await RespClient.open(this.target)
        while (!this.#isStopped) {
          await client.ask([this.question], ANSWER_MS)
          this.answeredAtMs.push(performance.now())
          await sleep(PAUSE_MS)
        }
      } catch (error) {
        this.failures.push(error instanceof Error ? error.message : String(error))
        await sleep(RETRY_MS)
      } finally {
        client?.close()
      }
    }
  }
}
