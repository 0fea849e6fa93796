import { setTimeout as sleep } from 'node:timers/promises'
import { RespClient, runIdOf, type RespTarget } from '../support/resp-client.ts'

const RETRY_MS = 10
/** Longer than an answer takes, shorter than anybody waits: a frozen node accepts what it never answers. */
const ANSWER_MS = 200
const PATIENCE_MS = 60_000

/** A connection that is held and written to, as a program's would be when the fault comes. */
export class SteadyWriter {
  #client: RespClient | null = null
  #runId = ''

  /** @param where asked before every connection; throws when nobody knows */
  constructor(
    private readonly where: () => Promise<RespTarget>,
    private readonly retryMs = RETRY_MS,
  ) {}

  /** Writes every 10 ms, unless told otherwise, until another process than `notBy` acknowledges. Returns when that was, and by whom. */
  async untilWritten(notBy = ''): Promise<{ atMs: number; runId: string }> {
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      try {
        await this.#write()
        if (this.#runId !== notBy) return { atMs: performance.now(), runId: this.#runId }
      } catch (error) {
        this.close()
        if (performance.now() > deadline) throw error
      }
      await sleep(this.retryMs)
    }
  }

  close(): void {
    this.#client?.close()
    this.#client = null
  }

  async #write(): Promise<void> {
    if (this.#client === null) {
      this.#client = await RespClient.open(await this.where())
      this.#runId = await runIdOf(this.#client, ANSWER_MS)
    }
    await this.#client.ask([['SET', 'bench', 'x']], ANSWER_MS)
  }
}
