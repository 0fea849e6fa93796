import type { FastifyReply } from 'fastify'

/** Each one looks once a second, so this bounds what waiting costs the database. */
const MAX_WAITING = 500

/** The requests that are being held, so that shutdown can let them all go. */
export class Waiters {
  readonly #waiting = new Set<AbortController>()
  #isClosed = false

  /** A signal that ends when the client is gone or we are shutting down; null when too many wait already. */
  begin(reply: FastifyReply): { signal: AbortSignal; end: () => void } | null {
    if (this.#isClosed || this.#waiting.size >= MAX_WAITING) return null
    const controller = new AbortController()
    const onClose = () => controller.abort()
    this.#waiting.add(controller)
    reply.raw.once('close', onClose)
    return {
      signal: controller.signal,
      end: () => {
        this.#waiting.delete(controller)
        reply.raw.off('close', onClose)
      },
    }
  }

  get count(): number {
    return this.#waiting.size
  }

  releaseAll(): void {
    this.#isClosed = true
    for (const controller of this.#waiting) controller.abort()
  }
}
