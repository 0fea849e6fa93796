import type { Hop } from '@cacheplane/domain'
import type { SimulatedServer, SimulatedSide, SimulatedSlot } from './simulated-edge.ts'
import {
  portsOf,
  processAt,
  type EngineWorld,
  type SimulatedContainer,
  type SimulatedProcess,
} from './world.ts'

/** A client's connection to an endpoint; it stays on the node that it was made to. */
export interface SimulatedConnection {
  hop: Hop
  /** The process that the client speaks to; null once the connection is cut, or its edge or node has died. */
  process(): SimulatedProcess | null
}

/**
 * Connects a client to a port of an engine's edges; null when it is refused, or closed at once.
 *
 * @param speaks undefined of one who takes whatever there is
 */
export function connectThrough(
  worlds: readonly EngineWorld[],
  world: EngineWorld,
  port: number,
  speaks: 'plain' | 'tls' | undefined,
): SimulatedConnection | null {
  if (world.state === 'dark') return null
  for (const container of world.containers) {
    if (container.state !== 'running' || container.edge === null) continue
    for (const slot of container.edge.slots) {
      const servers = candidates(slot, port, speaks !== 'tls')
      const server = servers.find(({ hop }) => hop !== null && listenerAt(worlds, world, hop) !== null)
      const isUnderstood =
        !server?.hop || understands(listenerAt(worlds, world, server.hop), server.hop, speaks)
      if (!isUnderstood) return null
      if (server?.hop) return establish(worlds, world, container, server, server.hop)
    }
  }
  return null
}

function understands(
  listener: SimulatedContainer | null,
  { port }: Hop,
  speaks: 'plain' | 'tls' | undefined,
): boolean {
  const takesTls = listener?.process?.tls === true && port === listener.process.port
  return speaks === undefined || (speaks === 'tls') === takesTls
}

/** Readers by the fewest connections; their fallback counts only when there is none. */
function candidates(slot: SimulatedSlot, port: number, isPlain: boolean): SimulatedServer[] {
  const sides = isPlain ? [slot.plain, slot] : [slot]
  if (port === slot.primaryPort)
    return sides
      .map(({ primary }) => primary)
      .filter(isOpen)
      .slice(0, 1)
  if (port !== slot.readerPort) return []
  const side = sides.find(({ readers, fallback }) => [fallback, ...readers].some(isOpen))
  return side === undefined ? [] : readersOf(side)
}

const isOpen = ({ hop }: SimulatedServer): boolean => hop !== null

function readersOf(side: SimulatedSide): SimulatedServer[] {
  const readers = side.readers.filter(isOpen)
  if (readers.length === 0) return [side.fallback]
  return readers.sort((a, b) => a.sessions.size - b.sessions.size)
}

function establish(
  worlds: readonly EngineWorld[],
  world: EngineWorld,
  edge: SimulatedContainer,
  server: SimulatedServer,
  hop: Hop,
): SimulatedConnection {
  const target = listenerAt(worlds, world, hop)
  const connection: SimulatedConnection = {
    hop,
    process: () => {
      const stands = world.state !== 'dark' && edge.state === 'running' && world.containers.includes(edge)
      const same = target !== null && listenerAt(worlds, world, hop) === target
      return stands && same && server.sessions.has(connection) ? target.process : null
    },
  }
  server.sessions.add(connection)
  return connection
}

/** By container address on the same engine, by published port on any. */
function listenerAt(
  worlds: readonly EngineWorld[],
  world: EngineWorld,
  { host, port }: Hop,
): SimulatedContainer | null {
  const inside = processAt(world, host, port)
  if (inside !== undefined) return inside
  const published = worlds
    .filter(({ address, state }) => address === host && (state !== 'dark' || world.address === host))
    .flatMap(({ containers }) => containers)
    .find(
      ({ state, process }) =>
        (state === 'running' || state === 'paused') && process !== null && portsOf(process).includes(port),
    )
  return published ?? null
}

/** As a client reads the list of a configuration endpoint; null when there is none. */
export function discoverThrough(
  world: EngineWorld,
  port: number,
): { version: number; nodes: string[] } | null {
  if (world.state === 'dark') return null
  const edges = world.containers.filter(({ state }) => state === 'running').flatMap(({ edge }) => edge ?? [])
  const slot = edges.flatMap(({ slots }) => slots).find(({ primaryPort }) => primaryPort === port)
  if (slot === undefined || slot.list === null) return null
  const [, version, , ...nodes] = slot.list.split(',')
  return { version: Number(version), nodes }
}
