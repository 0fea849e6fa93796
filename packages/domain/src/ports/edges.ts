import type { EdgeKind } from '../resources.ts'

/** A proxy on an engine's host network; it carries the endpoints of many node groups, each in a slot of its own. */
export interface EdgeRef {
  edgeId: string
  incarnation: number
  engineId: string
  /** Where the control plane speaks to it, with TLS and a client certificate. */
  controlPort: number
}

export interface EdgeSpec extends EdgeRef {
  kind: EdgeKind
  /** Names and addresses that the certificate of its configuration endpoints is valid for. */
  tlsNames: readonly string[]
  /** Declared once, at the start: other slots take another incarnation. */
  slots: readonly EdgeSlot[]
}

export interface EdgeSlot {
  slot: number
  primaryPort: number
  readerPort: number
}

/** A node as an edge reaches it: by its own address on the same engine, by its published port on another. */
export interface RouteTarget {
  engineId: string
  ip: string
  address: string
  port: number
  /** `port` takes TLS. */
  tls: boolean
  /** Takes plain text while `port` takes TLS; null for a node that takes one of them only. */
  plainPort: number | null
}

export interface EndpointRoutes {
  /** Null closes the endpoint for writers. */
  primary: RouteTarget | null
  /** At most `READERS_MAX`; with none, readers are sent to the primary. */
  readers: readonly RouteTarget[]
}

/** As many replicas as a node group can have. */
export const READERS_MAX = 5

export type EdgeReading =
  | { kind: 'serving'; routes: readonly { slot: number; primary: Hop | null; readers: readonly Hop[] }[] }
  | { kind: 'starting'; because: string }
  | { kind: 'dead'; because: string }
  | { kind: 'unknown'; because: string }

/** Where an edge sends connections to. */
export interface Hop {
  host: string
  port: number
}
