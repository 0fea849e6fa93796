import { edgePorts } from './simulated-edge.ts'
import { portsOf, type EngineWorld, type SimulatedContainer } from './world.ts'

/** Why Docker would not start a node's container here, in its words; null when it would. */
export function clash(world: EngineWorld, { process }: SimulatedContainer): string | null {
  if (process === null) return null
  if (runningIn(world).some((other) => other.process?.ip === process.ip)) return 'Address already in use'
  const taken = portsOf(process).find((port) => isTaken(world, port))
  return taken === undefined ? null : `Bind for 127.0.0.1:${taken} failed: port is already allocated`
}

/** Docker knows nothing of the ports of an edge, which is on the host's network: it starts, and stops at once. */
export function portsTaken(world: EngineWorld, { edge }: SimulatedContainer): string | null {
  const taken = edge === null ? undefined : edgePorts(edge).find((port) => isTaken(world, port))
  return taken === undefined ? null : `cannot bind socket (Address already in use) [127.0.0.1:${taken}]`
}

function isTaken(world: EngineWorld, port: number): boolean {
  const held = runningIn(world).flatMap(({ process, edge }) => [
    ...(process === null ? [] : portsOf(process)),
    ...(edge === null ? [] : edgePorts(edge)),
  ])
  return held.includes(port) || world.occupiedPorts.has(port)
}

function runningIn({ containers }: EngineWorld): SimulatedContainer[] {
  return containers.filter(({ state }) => state === 'running' || state === 'paused')
}
