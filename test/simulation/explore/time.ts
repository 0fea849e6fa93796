import { NOW_MS, type Member, type Scene } from './scene.ts'

/** Longer than every patience. */
export const LONG_MS = 31_000

interface Timed {
  silence?: Record<string, { sinceMs: number; lookedAtMs: number }>
  streams?: Record<string, { sinceOffset: number | null }>
  failover?: { startedAtMs: number; electedAtMs: number } | null
}

/**
 * Moves everything that was noted further into the past: what is as far back as a moment, or as a long time, stays there.
 * Deadlines of orders are shorter than a moment: what has not arrived by then never does.
 */
export function passTime(scene: Scene, ms: number): void {
  const { work, momentMs } = scene
  scene.late = []
  const earlier = (atMs: number): number => {
    const ageMs = NOW_MS - atMs + ms
    return NOW_MS - (ageMs >= LONG_MS ? LONG_MS : Math.min(ageMs, momentMs))
  }
  const { silence = {}, streams = {}, failover = null } = work.frame as Timed
  for (const one of Object.values(silence)) {
    one.sinceMs = earlier(one.sinceMs)
    one.lookedAtMs = earlier(one.lookedAtMs)
  }
  for (const [index, member] of scene.members.entries()) {
    if (!hearsPrimary(scene, member)) continue
    const stream = streams[`node-${index}`]
    if (typeof stream?.sinceOffset !== 'number') continue
    stream.sinceOffset = Math.min(stream.sinceOffset, member.writes.length - 1)
  }
  if (failover === null) return
  failover.startedAtMs = earlier(failover.startedAtMs)
  if (failover.electedAtMs > 0) failover.electedAtMs = earlier(failover.electedAtMs)
}

/** Its primary pings it once a second. Rather than that histories grow by pings, what was noted of them shrinks. */
function hearsPrimary({ members }: Scene, { link, state, isDark }: Member): boolean {
  const primary = link === null ? undefined : members[link.to]
  if (link?.state !== 'up' || state !== 'running' || isDark) return false
  if (primary?.incarnation !== link.incarnation || primary.state !== 'running' || primary.isDark) return false
  link.flows = true
  return true
}
