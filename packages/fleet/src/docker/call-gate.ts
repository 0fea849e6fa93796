import { unknown, type Call } from '../core/call.ts'
import { Circuit } from './circuit.ts'

const CONCURRENCY = 8

/**
 * The only way to an engine: at most eight calls at a time, each with a deadline of our own, because promises of
 * dockerode may stay pending for ever (an engine that accepts and is silent, a connection cut inside a body).
 */
export class CallGate {
  #running = 0
  readonly #queue: (() => void)[] = []
  readonly #circuit = new Circuit()

  /** Runs `act` and never throws. The deadline counts from now, waiting for a free place included. */
  async call<T>(
    name: string,
    deadlineMs: number,
    act: (signal: AbortSignal) => Promise<T>,
  ): Promise<Call<T>> {
    const refused = this.#circuit.refusal()
    if (refused !== null) return unknown(`${name}: ${refused}`)
    const deadline = startDeadline(deadlineMs)
    try {
      return await this.#pass(name, deadlineMs, deadline, act)
    } finally {
      deadline.clear()
    }
  }

  async #pass<T>(
    name: string,
    deadlineMs: number,
    deadline: Deadline,
    act: (signal: AbortSignal) => Promise<T>,
  ): Promise<Call<T>> {
    const late = unknown(`${name}: no answer within ${deadlineMs} ms`)
    const entered = await Promise.race([this.#enter(deadline.signal), deadline.over])
    if (entered !== 'entered') return late
    try {
      const answer = await Promise.race([settle(name, act(deadline.signal)), deadline.over])
      const call = answer === 'over' ? late : answer
      this.#circuit.record(call.kind !== 'unknown')
      return call
    } finally {
      this.#leave()
    }
  }

  async #enter(signal: AbortSignal): Promise<'entered' | 'over'> {
    if (this.#running < CONCURRENCY) {
      this.#running += 1
      return 'entered'
    }
    return new Promise((resolve) => {
      const enter = () => {
        signal.removeEventListener('abort', leave)
        resolve('entered')
      }
      const leave = () => {
        this.#queue.splice(this.#queue.indexOf(enter), 1)
        resolve('over')
      }
      this.#queue.push(enter)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  /** Hands the place to the next in line, if there is one. */
  #leave(): void {
    const next = this.#queue.shift()
    if (next === undefined) this.#running -= 1
    else next()
  }
}

interface Deadline {
  signal: AbortSignal
  over: Promise<'over'>
  clear(): void
}

function startDeadline(ms: number): Deadline {
  const aborter = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<'over'>((resolve) => {
    timer = setTimeout(() => {
      aborter.abort()
      resolve('over')
    }, ms)
  })
  return { signal: aborter.signal, over, clear: () => clearTimeout(timer) }
}

async function settle<T>(name: string, promise: Promise<T>): Promise<Call<T>> {
  try {
    return { kind: 'ok', value: await promise }
  } catch (error) {
    return classify(name, error)
  }
}

/** Docker's status codes are its idempotency contract; an error without one never got an answer. */
function classify(name: string, error: unknown): Call<never> {
  const { statusCode, because } = describeDockerError(error)
  if (statusCode === 304) return { kind: 'notModified' }
  if (statusCode === 404) return { kind: 'notFound', because }
  if (statusCode === 409) return { kind: 'conflict', because }
  if (statusCode !== null && statusCode >= 400) return { kind: 'refused', because }
  return unknown(`${name}: ${because}`)
}

function describeDockerError(error: unknown): { statusCode: number | null; because: string } {
  if (!(error instanceof Error)) return { statusCode: null, because: 'the call failed without a reason' }
  const statusCode = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : null
  const json = 'json' in error && typeof error.json === 'object' ? error.json : null
  const said = json !== null && 'message' in json && typeof json.message === 'string' ? json.message : null
  return { statusCode, because: (said ?? error.message).trim() }
}
