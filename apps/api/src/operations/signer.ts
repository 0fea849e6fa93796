import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Keyring, Secret } from '@cacheplane/domain'

const TAG_BYTES = 12

/** Signs what callers carry back to us, under keys that every API process of the installation derives alike. */
export class Signer {
  readonly #markerKey: Secret
  readonly #requestKey: Secret

  constructor(keyring: Pick<Keyring, 'derive'>) {
    this.#markerKey = keyring.derive('list-marker')
    this.#requestKey = keyring.derive('idempotency-fingerprint')
  }

  /** Keyed, because a request may hold a token that a bare digest would let a reader of the database guess. */
  fingerprint(canonicalRequest: string): string {
    return createHmac('sha256', this.#requestKey.reveal()).update(canonicalRequest).digest('base64url')
  }

  /** `scope` is what the marker is good for; it is signed but not carried. */
  seal(scope: string, text: string): string {
    return `${Buffer.from(text).toString('base64url')}.${this.#tag(scope, text).toString('base64url')}`
  }

  /** Null for anything that `seal` did not make for this scope. */
  open(scope: string, marker: string): string | null {
    const [body = '', tag = '', ...rest] = marker.split('.')
    if (rest.length > 0) return null
    const text = Buffer.from(body, 'base64url').toString()
    const given = Buffer.from(tag, 'base64url')
    const expected = this.#tag(scope, text)
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
    return this.seal(scope, text) === marker ? text : null
  }

  #tag(scope: string, text: string): Buffer {
    return createHmac('sha256', this.#markerKey.reveal())
      .update(`${scope}\n${text}`)
      .digest()
      .subarray(0, TAG_BYTES)
  }
}
