import { READERS_MAX, type Certificate, type EdgeSlot, type EdgeSpec, type Hop } from '@cacheplane/domain'
import type { ServerName, SideFacts, SlotFacts } from '../core/edge-control.ts'

export interface SimulatedEdge {
  edgeId: string
  incarnation: number
  controlPort: number
  /** By which it is known. */
  certificate: Certificate
  slots: SimulatedSlot[]
}

/** Where a slot sends new connections to, and whose connections stand. */
export interface SimulatedSlot extends EdgeSlot, SimulatedSide {
  /** Of a configuration endpoint. */
  list: string | null
  /** For those who speak plain text where others speak TLS. */
  plain: SimulatedSide
}

export interface SimulatedSide {
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
export function bootedEdge(
  { edgeId, incarnation, controlPort, slots }: EdgeSpec,
  certificate: Certificate,
): SimulatedEdge {
  return { edgeId, incarnation, controlPort, certificate, slots: slots.map(bootedSlot) }
}

function bootedSlot(slot: EdgeSlot): SimulatedSlot {
  const server = (name: ServerName): SimulatedServer => ({ name, hop: null, sessions: new Set() })
  const side = (prefix: '' | 'plain-'): SimulatedSide => ({
    primary: server(`${prefix}primary`),
    fallback: server(`${prefix}fallback`),
    readers: Array.from({ length: READERS_MAX }, (_, index) => server(`${prefix}reader${index + 1}`)),
  })
  return { ...slot, list: null, ...side(''), plain: side('plain-') }
}

export function serversOf({ plain, ...slot }: SimulatedSlot): SimulatedServer[] {
  return [slot, plain].flatMap(({ primary, fallback, readers }) => [primary, fallback, ...readers])
}

export function slotFacts({ slot, plain, ...side }: SimulatedSlot): SlotFacts {
  return { slot, ...sideFacts(side), plain: sideFacts(plain) }
}

function sideFacts({ primary, fallback, readers }: SimulatedSide): SideFacts {
  const facts = ({ name, hop, sessions }: SimulatedServer) => ({ name, hop, sessions: sessions.size })
  return { primary: facts(primary), fallback: facts(fallback), readers: readers.map(facts) }
}

export function edgePorts({ controlPort, slots }: SimulatedEdge): number[] {
  return [controlPort, ...slots.flatMap(({ primaryPort, readerPort }) => [primaryPort, readerPort])]
}
