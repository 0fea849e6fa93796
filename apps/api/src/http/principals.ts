import { createHash } from 'node:crypto'
import { type Catalogue, type Clock, type Principal, seconds, type Secret } from '@cacheplane/domain'

/** How long a key that was replaced may still open the door. */
const TRUST_MS = seconds(5)
const MAX_REMEMBERED = 1_000

/**
 * Who holds which key, remembered for a moment: asking the database every time would cost more than most answers do.
 * Remembered by digest, so that no key stays in memory; keys that are not valid are not remembered at all.
 */
export class Principals {
  readonly #known = new Map<string, { principal: Principal; until: number }>()

  constructor(
    private readonly catalogue: Pick<Catalogue, 'findPrincipal'>,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
  ) {}

  async find(token: Secret): Promise<Principal | null> {
    const digest = createHash('sha256').update(token.reveal()).digest('base64')
    const now = this.clock.monotonicMs()
    const known = this.#known.get(digest)
    if (known !== undefined && known.until > now) return known.principal
    const principal = await this.catalogue.findPrincipal(token)
    this.#known.delete(digest)
    if (principal !== null) {
      if (this.#known.size >= MAX_REMEMBERED) this.#known.clear()
      this.#known.set(digest, { principal, until: now + TRUST_MS })
    }
    return principal
  }
}
