import type { Clock } from '@cacheplane/domain'
import { unknown, type Call } from '../core/call.ts'
import type { CallName, Faults } from './faults.ts'
import type { MemoryVault } from './memory-vault.ts'
import type { Random } from './random.ts'
import type { EngineWorld, SimulatedProcess } from './world.ts'

/** How long things take in the simulation, as [least, most] in milliseconds. All zero: nothing ever sleeps. */
export interface Timings {
  call: readonly [number, number]
  /** From the start of a container until its process answers. */
  boot: readonly [number, number]
}

export interface Simulation {
  clock: Clock
  /** All engines: replication leads from one to another. */
  worlds: readonly EngineWorld[]
  random: Random
  faults: Faults
  timings: Timings
  /** Where snapshots are kept. */
  vault: MemoryVault
  counters: Record<CallName, number>
  certificateLifetimeMs: number
  /** Told just before a node is promoted or opened, while the world is still as it was. */
  watchers: Watchers
}

export interface Watchers {
  onPromotion: (process: SimulatedProcess) => void
  onOpening: (process: SimulatedProcess) => void
}

/**
 * Carries one call to a simulated engine: takes time, suffers faults and outages, and runs the effect at most once.
 * `effect` is synchronous, so that nothing can come in between, just as Docker decides one request at a time.
 */
export async function carry<T>(
  simulation: Simulation,
  world: EngineWorld,
  name: CallName,
  deadlineMs: number,
  effect: () => Call<T>,
): Promise<Call<T>> {
  const { clock, random, faults, timings, counters } = simulation
  const fault = faults.draw(name)
  const delayMs = fault !== null && 'delayMs' in fault ? fault.delayMs : random.between(...timings.call)
  if (delayMs > 0) await clock.sleep(Math.min(delayMs, deadlineMs))
  if (world.state === 'unreachable') return unknown(`${name}: the engine cannot be reached`)
  if (world.state === 'hung' || world.state === 'dark') {
    await clock.sleep(deadlineMs)
    return unknown(`${name}: no answer within ${deadlineMs} ms`)
  }
  if (fault !== null && 'lost' in fault && fault.lost === 'before')
    return unknown(`${name}: the call was lost`)
  const answer = effect()
  counters[name] += 1
  if (fault !== null && 'lost' in fault) return unknown(`${name}: the answer was lost`)
  return delayMs > deadlineMs ? unknown(`${name}: no answer within ${deadlineMs} ms`) : answer
}
