import { hkdfSync } from 'node:crypto'
import type { Keyring } from '@cacheplane/domain'

/**
 * A sealed file: magic and salt; frames, each of a length, so much ciphertext and its tag; then the trailer: a length that no
 * frame has, how many frames there were, and the sealed size and digest of the content. Every file has a key of its own, so
 * a frame's number is nonce enough. A file that is cut short lacks its trailer, one that is put together anew does not open.
 */
export const MAGIC = Buffer.from('CPV1')
export const SALT_BYTES = 16
export const HEADER_BYTES = MAGIC.length + SALT_BYTES
export const LENGTH_BYTES = 4
export const TAG_BYTES = 16
/** Files whose frames are smaller are read all the same. */
export const FRAME_BYTES = 256 * 1024
/** Stands where a frame's length would. */
export const TRAILER_MARK = 0xffff_ffff
const COUNT_BYTES = 8
const DIGEST_BYTES = 32
const SIZE_BYTES = 8
const SUMMARY_BYTES = SIZE_BYTES + DIGEST_BYTES
export const TRAILER_BYTES = LENGTH_BYTES + COUNT_BYTES + SUMMARY_BYTES + TAG_BYTES
export const ALGORITHM = 'aes-256-gcm'

export type VaultKeys = Pick<Keyring, 'derive'>

export function fileKey(keys: VaultKeys, fileId: string, salt: Uint8Array): Buffer {
  const secret = Buffer.from(keys.derive(`vault/${fileId}`).reveal(), 'utf8')
  return Buffer.from(hkdfSync('sha256', secret, salt, 'cacheplane vault file', 32))
}

/** The trailer has a byte of its own, so that it is never taken for a frame. */
export function nonceOf(number: number, kind: 'frame' | 'trailer'): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeBigUInt64BE(BigInt(number), 4)
  nonce[0] = kind === 'frame' ? 0 : 1
  return nonce
}

export interface Summary {
  bytes: number
  sha256: string
}

export function packSummary({ bytes, sha256 }: Summary): Buffer {
  const packed = Buffer.alloc(SUMMARY_BYTES)
  packed.writeBigUInt64BE(BigInt(bytes), 0)
  packed.set(Buffer.from(sha256, 'hex'), SIZE_BYTES)
  return packed
}

export function readSummary(packed: Buffer): Summary {
  return { bytes: Number(packed.readBigUInt64BE(0)), sha256: packed.toString('hex', SIZE_BYTES) }
}
