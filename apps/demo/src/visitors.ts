import { percentile } from './figures.ts'
import { PRODUCTS } from './products.ts'

const READERS = 8
const USERS = 4
const THINK_MS = 10

/** What visitors lived through since they were last asked. */
export interface Experience {
  requests: number
  failed: number
  slowestMs: number
  p99Ms: number
}

/** People in the shop: most of them look at popular products, some are logged in and come back all the time. */
export class Visitors {
  #isGone = false
  #tookMs: number[] = []
  #failed = 0
  readonly #all: Promise<void>[]

  constructor(private readonly url: string) {
    this.#all = [
      ...Array.from({ length: READERS }, () => this.#stay(() => this.#fetch(`/products/${popular()}`))),
      ...Array.from({ length: USERS }, (_, i) => this.#beUser(`visitor-${i}`)),
    ]
  }

  take(): Experience {
    const tookMs = this.#tookMs
    const failed = this.#failed
    this.#tookMs = []
    this.#failed = 0
    return {
      requests: tookMs.length,
      failed,
      slowestMs: Math.max(0, ...tookMs),
      p99Ms: percentile(tookMs, 0.99),
    }
  }

  async leave(): Promise<void> {
    this.#isGone = true
    await Promise.all(this.#all)
  }

  async #beUser(user: string): Promise<void> {
    let cookie = ''
    await this.#stay(async () => {
      if (cookie === '') {
        const response = await this.#fetch('/login', { method: 'POST', body: JSON.stringify({ user }) })
        cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
      }
      // Not to be known any more is as bad as an error.
      await this.#fetch('/me', { headers: { cookie } })
    })
  }

  async #stay(visit: () => Promise<unknown>): Promise<void> {
    while (!this.#isGone) {
      const begunMs = performance.now()
      await visit().catch(() => (this.#failed += 1))
      this.#tookMs.push(performance.now() - begunMs)
      await new Promise((resolve) => setTimeout(resolve, THINK_MS))
    }
  }

  async #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = init.body === undefined ? {} : { 'content-type': 'application/json' }
    const response = await fetch(this.url + path, { ...init, headers: { ...headers, ...init.headers } })
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`${path} was answered ${response.status}`)
    return response
  }
}

/** Roughly Zipf: every power of ten of ranks is as likely as any other. */
const popular = (): number => Math.floor(PRODUCTS ** Math.random())
