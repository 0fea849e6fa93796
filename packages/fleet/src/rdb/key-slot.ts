import { SLOTS } from '@cacheplane/domain'

const POLYNOMIAL = 0x1021
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ ((crc & 0x8000) === 0 ? 0 : POLYNOMIAL)) & 0xffff
  return crc
})
const [OPEN, CLOSE] = ['{'.charCodeAt(0), '}'.charCodeAt(0)]

/** CRC-16 (XMODEM) of the key, or of what is in its first braces, as clusters share keys out. */
export function keySlot(key: Uint8Array): number {
  const open = key.indexOf(OPEN)
  const close = open < 0 ? -1 : key.indexOf(CLOSE, open + 1)
  const hashed = close > open + 1 ? key.subarray(open + 1, close) : key
  let crc = 0
  for (const byte of hashed) crc = ((crc << 8) & 0xffff) ^ (TABLE[(crc >> 8) ^ byte] ?? 0)
  return crc % SLOTS
}
