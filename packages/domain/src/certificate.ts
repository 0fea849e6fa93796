/** What a node shows to whoever connects by TLS. */
export interface Certificate {
  /** In hexadecimal. */
  serialNumber: string
  notAfter: Date
}

/** Of the time that is left when it is first seen; the rest is there for whatever keeps the renewal from working. */
const USED_SHARE = 2 / 3

/** When a certificate that was just put to use is to be renewed. */
export function renewalTime({ notAfter }: Certificate, now: Date): Date {
  const leftMs = Math.max(0, notAfter.getTime() - now.getTime())
  return new Date(now.getTime() + leftMs * USED_SHARE)
}
