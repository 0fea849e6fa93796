import type { Secret } from '../secret.ts'

/** Names the cell that a sealed secret belongs to; a ciphertext moved to another cell does not open. */
export interface SecretCell {
  accountId: string
  table: string
  rowId: string
  column: string
}

/** Encryption at rest under the installation's key, and secrets that are derived from it instead of stored. */
export interface Keyring {
  /** AES-256-GCM; the text carries version, nonce, ciphertext and tag. */
  seal(secret: Secret, cell: SecretCell): string
  /** Throws when the text was sealed for another cell or under another key. */
  open(sealed: string, cell: SecretCell): Secret
  /** The same label always gives the same 43-character secret (HKDF-SHA256), different labels unrelated ones. */
  derive(label: string): Secret
}
