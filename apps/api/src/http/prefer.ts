/** The longest that an answer is held; longer wishes are cut to this, as `Preference-Applied` says. */
const MAX_WAIT_SECONDS = 600

/**
 * Seconds from `Prefer: wait=60` (RFC 7240), null without one. A preference that makes no sense is ignored, as the RFC asks;
 * of several the first counts.
 */
export function waitSeconds(header: string | string[] | undefined): number | null {
  const preferences = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',')
  for (const preference of preferences) {
    const match = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;|$)/i.exec(preference)
    if (match === null) continue
    const seconds = Number(match[1])
    return seconds < 1 ? null : Math.min(seconds, MAX_WAIT_SECONDS)
  }
  return null
}
