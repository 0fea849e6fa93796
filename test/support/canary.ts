import { setTimeout as sleep } from 'node:timers/promises'
import { RespClient, runIdOf, type RespTarget } from './resp-client.ts'

export interface Ack {
  value: string
  /** Number of the client, from 0. */
  writer: number
  sentMs: number
  atMs: number
  /** The process that acknowledged it. */
  runId: string
}

export interface CanaryOptions {
  writers?: number
  /** Between two writes of a writer. */
  pauseMs?: number
}

const ANSWER_MS = 1_000
const RETRY_MS = 10
const CHUNK = 500
/** A set. */
const KEY = 'canary'

/**
 * Clients that write unique values through an endpoint for as long as they are let, and remember which were acknowledged,
 * when and by whom. A connection leads to one process, so that it is asked for its name once.
 */
export class Canary {
  readonly acks: Ack[] = []
  readonly failures: { atMs: number; because: string }[] = []
  readonly #loops: Promise<void>[]
  readonly #counted: string[] = []
  #judged = 0
  #count = 0
  #isStopped = false

  constructor(
    private readonly target: RespTarget,
    private readonly options: CanaryOptions = {},
  ) {
    this.#loops = Array.from({ length: options.writers ?? 2 }, (_, writer) => this.#write(writer))
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#loops)
  }

  /** Acknowledged since the last time that it was asked, and not there. */
  lost(): Promise<Ack[]> {
    const since = this.acks.slice(this.#judged)
    this.#judged = this.acks.length
    return missingAt(this.target, since)
  }

  /** Counts what was acknowledged since the last time, and what of it is lost; it is remembered by its values alone. */
  async takeStock(): Promise<{ acked: number; lost: Ack[] }> {
    const acks = [...this.acks]
    const lost = await missingAt(this.target, acks)
    this.acks.splice(0, acks.length)
    this.#judged = 0
    const gone = new Set(lost)
    for (const ack of acks) if (!gone.has(ack)) this.#counted.push(ack.value)
    return { acked: acks.length, lost }
  }

  /** How many of those that were there when stock was taken are there no more. */
  async lostSince(): Promise<number> {
    return (
      await missingAt(
        this.target,
        this.#counted.map((value) => ({ value })),
      )
    ).length
  }

  /** What was acknowledged at least so long ago, and was there whenever stock was taken. */
  valuesOlderThan(ms: number): string[] {
    const until = performance.now() - ms
    const young = this.acks.filter(({ atMs }) => atMs < until).map(({ value }) => value)
    return [...this.#counted, ...young]
  }

  async #write(writer: number): Promise<void> {
    while (!this.#isStopped) {
      const client = await RespClient.open(this.target).catch((error: unknown) => this.#note(error))
      if (client !== null) await this.#writeBy(client, writer).catch((error: unknown) => this.#note(error))
      client?.close()
      if (!this.#isStopped) await sleep(RETRY_MS)
    }
  }

  async #writeBy(client: RespClient, writer: number): Promise<void> {
    const runId = await runIdOf(client, ANSWER_MS)
    while (!this.#isStopped) {
      const value = String((this.#count += 1))
      const sentMs = performance.now()
      const [added] = await client.ask([['SADD', KEY, value]], ANSWER_MS)
      if (added !== 1) throw new Error(`SADD was answered ${String(added)}`)
      this.acks.push({ value, writer, sentMs, atMs: performance.now(), runId })
      await sleep(this.options.pauseMs ?? 5)
    }
  }

  #note(error: unknown): null {
    this.failures.push({
      atMs: performance.now(),
      because: error instanceof Error ? error.message : String(error),
    })
    return null
  }
}

/** What of these writes is not there. */
export async function missingAt<T extends { value: string }>(
  target: RespTarget,
  writes: readonly T[],
): Promise<T[]> {
  const client = await RespClient.open(target)
  try {
    const missing: T[] = []
    for (let from = 0; from < writes.length; from += CHUNK) {
      const some = writes.slice(from, from + CHUNK)
      // Redis 6.0 knows no SMISMEMBER.
      const there = await client.ask(
        some.map(({ value }) => ['SISMEMBER', KEY, value]),
        5_000,
      )
      missing.push(...some.filter((_, i) => there[i] !== 1))
    }
    return missing
  } finally {
    client.close()
  }
}

/**
 * The processes that acknowledged writes, one after the other. One that comes back is listed again: whoever acknowledges
 * what was sent after another had begun to acknowledge has taken over from it.
 */
export function reigns(acks: readonly Ack[]): string[] {
  const order = [...acks].sort((a, b) => a.atMs - b.atMs)
  const found: { runId: string; sinceMs: number }[] = []
  for (const { runId, sentMs, atMs } of order) {
    const current = found.at(-1)
    const isNext = current === undefined || (runId !== current.runId && sentMs > current.sinceMs)
    if (isNext) found.push({ runId, sinceMs: atMs })
  }
  return found.map(({ runId }) => runId)
}

/** The longest time without an acknowledged write, in milliseconds, as seen by all writers together. */
export function longestGap(acks: readonly Ack[], fromMs = 0): number {
  const times = acks.filter(({ atMs }) => atMs >= fromMs).map(({ atMs }) => atMs)
  const gaps = times.sort((a, b) => a - b).map((atMs, i) => atMs - (times[i - 1] ?? atMs))
  return Math.max(0, ...gaps)
}
