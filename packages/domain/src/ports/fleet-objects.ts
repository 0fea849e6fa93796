export type ObjectKind = 'container' | 'network' | 'volume'

export interface FleetObject {
  kind: ObjectKind
  engineId: string
  /** Docker's id or name, opaque to callers. */
  ref: string
  name: string
  /** Node, edge or network id that the object was made for. */
  ownerId: string
  incarnation: number | null
  /** Containers only. */
  state: 'created' | 'running' | 'paused' | 'exited' | 'other' | null
  createdAt: Date | null
}

export type Inventory = { kind: 'known'; objects: FleetObject[] } | { kind: 'unknown'; because: string }

export interface NodeChange {
  engineId: string
  of: 'node' | 'edge'
  /** Id of the node or edge. */
  ownerId: string
  incarnation: number
  change: 'died' | 'removed' | 'paused' | 'other'
}
