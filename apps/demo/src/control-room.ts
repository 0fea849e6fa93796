import { setTimeout as sleep } from 'node:timers/promises'
import { noFigures, percentile, sumFigures, type Figures } from './figures.ts'
import type { Instances } from './instances.ts'
import type { Service } from './service.ts'
import type { Experience, Visitors } from './visitors.ts'

const PERIOD_MS = 1_000

/** What the page shows: of the last second, and of the visitors since the start. */
export interface State {
  isCacheOn: boolean
  hitRate: number
  queriesPerSecond: number
  requestsPerSecond: number
  p50Ms: number
  p99Ms: number
  /** The last figures of either kind, for comparison. */
  p99WithMs: number | null
  p99WithoutMs: number | null
  requests: number
  failed: number
  slowestMs: number
  failovers: number
}

/** Watches over the shop and has things happen to it. */
export class ControlRoom {
  state: State = {
    isCacheOn: true,
    hitRate: 0,
    queriesPerSecond: 0,
    requestsPerSecond: 0,
    p50Ms: 0,
    p99Ms: 0,
    p99WithMs: null,
    p99WithoutMs: null,
    requests: 0,
    failed: 0,
    slowestMs: 0,
    failovers: 0,
  }
  #timer: NodeJS.Timeout | undefined
  /** One look at a time: an instance's answer belongs to whoever asked. */
  #looks: Promise<void> = Promise.resolve()
  #measured: Figures | null = null
  #seenAtMs = performance.now()

  constructor(
    private readonly instances: Instances,
    private readonly visitors: Visitors,
    private readonly service: Service,
  ) {
    this.#schedule()
  }

  setCache(isOn: boolean): void {
    this.instances.setCache(isOn)
    this.state = { ...this.state, isCacheOn: isOn }
  }

  async failOver(): Promise<void> {
    await this.service.failOver()
    this.state = { ...this.state, failovers: this.state.failovers + 1 }
  }

  /** What the instances do for so long from now on. */
  async measure(ms: number): Promise<Figures> {
    await this.#look()
    this.#measured = noFigures()
    await sleep(ms)
    await this.#look()
    const measured = this.#measured
    this.#measured = null
    return measured
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      void this.#look().then(() => this.#schedule())
    }, PERIOD_MS)
  }

  #look(): Promise<void> {
    this.#looks = this.#looks.then(() => this.#lookNow())
    return this.#looks
  }

  async #lookNow(): Promise<void> {
    const figures = await this.instances.takeFigures().catch(() => noFigures())
    if (this.#measured !== null) this.#measured = sumFigures([this.#measured, figures])
    const nowMs = performance.now()
    const seconds = (nowMs - this.#seenAtMs) / 1_000
    this.#seenAtMs = nowMs
    this.state = renew(this.state, figures, this.visitors.take(), seconds)
  }
}

function renew(state: State, figures: Figures, lived: Experience, seconds: number): State {
  const p99Ms = percentile(figures.tookMs, 0.99)
  return {
    ...state,
    hitRate: figures.reads === 0 ? 0 : figures.hits / figures.reads,
    queriesPerSecond: figures.queries / seconds,
    requestsPerSecond: figures.requests / seconds,
    p50Ms: percentile(figures.tookMs, 0.5),
    p99Ms,
    ...(state.isCacheOn ? { p99WithMs: p99Ms } : { p99WithoutMs: p99Ms }),
    requests: state.requests + lived.requests,
    failed: state.failed + lived.failed,
    slowestMs: Math.max(state.slowestMs, lived.slowestMs),
  }
}
