import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { Secret, type Keyring, type SecretCell } from '@cacheplane/domain'

export const KEY_BYTES = 32
const VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16
const ALGORITHM = 'aes-256-gcm'

/** Sealed text is base64url of: version (1 byte), nonce (12), ciphertext, tag (16). */
export class AesKeyring implements Keyring {
  readonly #key: Buffer

  /** @throws RangeError unless the key has 32 bytes */
  constructor(key: Uint8Array) {
    if (key.length !== KEY_BYTES) throw new RangeError(`the installation's key has ${KEY_BYTES} bytes`)
    this.#key = Buffer.from(key)
  }

  seal(secret: Secret, cell: SecretCell): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(ALGORITHM, this.#key, nonce).setAAD(associate(cell))
    const sealed = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final()])
    return Buffer.concat([Buffer.of(VERSION), nonce, sealed, cipher.getAuthTag()]).toString('base64url')
  }

  open(sealed: string, cell: SecretCell): Secret {
    const bytes = Buffer.from(sealed, 'base64url')
    if (bytes[0] !== VERSION || bytes.length < 1 + NONCE_BYTES + TAG_BYTES) {
      throw new Error('a sealed secret has an unknown form')
    }
    const nonce = bytes.subarray(1, 1 + NONCE_BYTES)
    const decipher = createDecipheriv(ALGORITHM, this.#key, nonce).setAAD(associate(cell))
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    const text = decipher.update(bytes.subarray(1 + NONCE_BYTES, -TAG_BYTES))
    return new Secret(Buffer.concat([text, decipher.final()]).toString('utf8'))
  }

  derive(label: string): Secret {
    const bytes = hkdfSync('sha256', this.#key, 'cacheplane', label, 32)
    return new Secret(Buffer.from(bytes).toString('base64url'))
  }
}

/** Bound to its cell, a ciphertext that was moved to another row does not open. */
function associate({ accountId, table, rowId, column }: SecretCell): Buffer {
  return Buffer.from(JSON.stringify([accountId, table, rowId, column]))
}
