import type { Hop } from '@cacheplane/domain'
import { portsOf, type EngineWorld, type SimulatedContainer } from './world.ts'

export function isAwake(
  { state, attached, isHung, answersAtMs }: SimulatedContainer,
  nowMs: number,
): boolean {
  return state === 'running' && attached && !isHung && answersAtMs <= nowMs
}

/** No packet comes or goes: neither side knows that the other is there no more. */
export function isSevered(one: EngineWorld, other: EngineWorld): boolean {
  return one !== other && (one.state === 'dark' || other.state === 'dark')
}

/** What stands at an address as a node reaches it: its own on the same engine, that of its engine on another. */
export function containerAt(
  worlds: readonly EngineWorld[],
  world: EngineWorld,
  { host, port }: Hop,
): { world: EngineWorld; container: SimulatedContainer } | null {
  for (const at of worlds) {
    const container = at.containers.find(
      ({ state, process }) =>
        (state === 'running' || state === 'paused') &&
        process !== null &&
        portsOf(process).includes(port) &&
        (at === world ? process.ip === host || at.address === host : at.address === host),
    )
    if (container !== undefined) return { world: at, container }
  }
  return null
}
