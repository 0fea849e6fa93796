import { READERS_MAX, type EdgeSlot, type EdgeSpec, type Hop } from '@cacheplane/domain'
import type { ServerName, SlotFacts } from '../core/edge-control.ts'

export interface SimulatedEdge {
  edgeId: string
  incarnation: number
  controlPort: number
  slots: SimulatedSlot[]
}

/** Where a slot sends new connections to, and whose connections stand. */
export interface SimulatedSlot extends EdgeSlot {
  /** Of a configuration endpoint. */
  list: string | null
  primary: SimulatedServer
  fallback: SimulatedServer
  readers: SimulatedServer[]
}

export interface SimulatedServer {
  name: ServerName
  /** Null while it takes no new connections. */
  hop: Hop | null
  /** The connections of clients that were made through it. */
  sessions: Set<object>
}

/** As an edge boots: every route closed. */
export function bootedEdge({ edgeId, incarnation, controlPort, slots }: EdgeSpec): SimulatedEdge {
  return { edgeId, incarnation, controlPort, slots: slots.map(bootedSlot) }
}

function bootedSlot(slot: EdgeSlot): SimulatedSlot {
  const server = (name: ServerName): SimulatedServer => ({ name, hop: null, sessions: new Set() })
  const readers = Array.from({ length: READERS_MAX }, (_, index) => server(`reader${index + 1}`))
  return { ...slot, list: null, primary: server('primary'), fallback: server('fallback'), readers }
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
