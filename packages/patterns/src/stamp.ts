import { randomFillSync } from 'node:crypto'

export const STAMP_LENGTH = 16
const BYTES = 12
const pool = Buffer.alloc(BYTES * 256)
let used = pool.length

/** Sixteen characters that nobody else has ever drawn. */
export function newStamp(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  return pool.toString('base64url', used, (used += BYTES))
}

export const stampOf = (record: string): string => record.slice(0, STAMP_LENGTH)
