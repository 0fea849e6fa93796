import type { SlotRange } from '../cluster/slots.ts'

export type ClusterReading = { kind: 'known'; view: ClusterView } | { kind: 'unknown'; because: string }

/** A node's own view of its cluster; others may see it otherwise. */
export interface ClusterView {
  /** Its own id. */
  id: string
  /** Whom it knows, itself included. */
  peers: ClusterPeer[]
}

export interface ClusterPeer {
  id: string
  /** Where other nodes find it. */
  at: { host: string; port: number }
  role: 'primary' | 'replica'
  primaryId: string | null
  /** The two are connected, and it is not taken for lost. */
  isLinked: boolean
  /** Clients who ask for the owners of slots, and who copies them, are told of it. */
  isListed: boolean
  /** Of its claim to its slots: of two claims to one slot the greater counts. */
  epoch: number
  slots: SlotRange[]
}
