import { READERS_MAX, type EdgeSlot, type EdgeSpec, type Hop } from '@cacheplane/domain'
import type { ServerName, SlotFacts } from '../core/edge-control.ts'
import { processAt, type EngineWorld, type SimulatedContainer, type SimulatedProcess } from './world.ts'

export interface SimulatedEdge {
  edgeId: string
  incarnation: number
  controlPort: number
  slots: SimulatedSlot[]
}

/** Where a slot sends new connections to, and whose connections stand. */
export interface SimulatedSlot extends EdgeSlot {
  primary: SimulatedServer
  fallback: SimulatedServer
  readers: SimulatedServer[]
}

export interface SimulatedServer {
  name: ServerName
  /** Null while it takes no new connections. */
  hop: Hop | null
  sessions: Set<SimulatedConnection>
}

/** A client's connection to an endpoint; it stays on the node that it was made to. */
export interface SimulatedConnection {
  hop: Hop
  /** The process that the client speaks to; null once the connection is cut, or its edge or node has died. */
  process(): SimulatedProcess | null
}

/** As an edge boots: every route closed. */
export function bootedEdge({ edgeId, incarnation, controlPort, slots }: EdgeSpec): SimulatedEdge {
  return { edgeId, incarnation, controlPort, slots: slots.map(bootedSlot) }
}

function bootedSlot(slot: EdgeSlot): SimulatedSlot {
  const server = (name: ServerName): SimulatedServer => ({ name, hop: null, sessions: new Set() })
  const readers = Array.from({ length: READERS_MAX }, (_, index) => server(`reader${index + 1}`))
  return { ...slot, primary: server('primary'), fallback: server('fallback'), readers }
}

export function serversOf({ primary, fallback, readers }: SimulatedSlot): SimulatedServer[] {
  return [primary, fallback, ...readers]
}

export function slotFacts({ slot, primary, fallback, readers }: SimulatedSlot): SlotFacts {
  const facts = ({ name, hop, sessions }: SimulatedServer) => ({ name, hop, sessions: sessions.size })
  return { slot, primary: facts(primary), fallback: facts(fallback), readers: readers.map(facts) }
}

export function edgePorts({ controlPort, slots }: SimulatedEdge): number[] {
  return [controlPort, ...slots.flatMap(({ primaryPort, readerPort }) => [primaryPort, readerPort])]
}

/** Connects a client to a port of an engine's edges; null when it is refused, or closed at once. */
export function connectThrough(
  worlds: readonly EngineWorld[],
  world: EngineWorld,
  port: number,
): SimulatedConnection | null {
  for (const container of world.containers) {
    if (container.state !== 'running' || container.edge === null) continue
    for (const slot of container.edge.slots) {
      const servers = candidates(slot, port)
      const server = servers.find(({ hop }) => hop !== null && listenerAt(worlds, world, hop) !== null)
      if (server?.hop) return establish(worlds, world, container, server, server.hop)
    }
  }
  return null
}

/** Readers by the fewest connections; their fallback counts only when there is none. */
function candidates(slot: SimulatedSlot, port: number): SimulatedServer[] {
  if (port === slot.primaryPort) return [slot.primary]
  if (port !== slot.readerPort) return []
  const readers = slot.readers.filter(({ hop }) => hop !== null)
  if (readers.length === 0) return [slot.fallback]
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
      const stands = edge.state === 'running' && world.containers.includes(edge)
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
    .filter(({ address }) => address === host)
    .flatMap(({ containers }) => containers)
    .find(({ state, process }) => (state === 'running' || state === 'paused') && process?.port === port)
  return published ?? null
}
