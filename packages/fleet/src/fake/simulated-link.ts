import type { Hop } from '@cacheplane/domain'
import type { SimulatedProcess } from './world.ts'

/** It becomes a replica that has yet to find its primary. */
export function turnTo(
  process: SimulatedProcess,
  { host, port, tls = process.tls }: Hop & { tls?: boolean },
  nowMs: number,
): void {
  process.role = 'replica'
  process.lends = false
  const times = { readyAtMs: nowMs, heardAtMs: nowMs, forkedAtMs: 0, streamsAtMs: 0 }
  process.link = { host, port, tls, state: 'down', runId: '', ...times }
}
