import { renewalTime, type Certificate } from '@cacheplane/domain'

/** Of a workflow whose subject shows a certificate that has to be renewed in time. */
export interface RenewalClock {
  frame: { renewAtMs: number | null }
  now: () => Date
}

/** Milliseconds; none as long as nobody knows when. */
export function untilRenewalBy({ frame, now }: RenewalClock): number {
  return Math.max(0, (frame.renewAtMs ?? 0) - now().getTime())
}

/** Remembers when what was shown is to be renewed: at once, where nothing was. */
export function noteShown({ frame, now }: RenewalClock, shown: Certificate | null): Certificate | null {
  frame.renewAtMs = shown === null ? null : renewalTime(shown, now()).getTime()
  return shown
}
