import type { Hop } from './edges.ts'

export type NodeReading =
  | {
      kind: 'serving'
      /** With patch level, as `INFO server` or `version` says. */
      version: string
      runId: string
      role: 'primary' | 'replica' | 'none'
      open: boolean
      maxmemoryBytes: number
      /** Its own id in its cluster; null without cluster mode. */
      clusterNodeId: string | null
      /** What the engine has taken for data and everything else. */
      usedMemoryBytes: number
      replication: ReplicationFacts
    }
  | { kind: 'starting'; because: string }
  | { kind: 'dead'; because: string }
  /** Its container is paused or cut off from its network: it serves nobody, and may come back as it was. */
  | { kind: 'frozen'; because: string }
  /** Its container runs, and the process in it does not answer. */
  | { kind: 'silent'; because: string }
  /** Neither the node nor its Docker engine answers. */
  | { kind: 'unreachable'; because: string }
  | { kind: 'unknown'; because: string }

/** What a redis or valkey node says of its part in replication; memcached has none of it. */
export interface ReplicationFacts {
  /** Names the history of the data; a promotion begins a new one and remembers where the old one ended. */
  historyId: string
  formerHistoryId: string | null
  /** How far along the history the node is, in bytes. */
  offset: number
  /** How many keys it holds, all databases together. */
  keys: number
  /** It reads its data from disk or network and answers for none of it yet. */
  loading: boolean
  /** Who copies it or follows it. */
  replicas: readonly ListedReplica[]
  /** What a replica says of its primary; null for a primary. */
  link: {
    source: Hop
    up: boolean
    /** It is receiving a full copy. */
    syncing: boolean
    /** Since it last heard from its primary, in whole seconds as the engine counts them; null when it never did. */
    lastHeardSeconds: number | null
  } | null
}

/** A replica as its primary lists it, for as long as it is connected. */
export interface ListedReplica {
  at: Hop
  /** It is being sent a full copy, or is about to be: a primary hangs up on one that takes none of it for ten seconds. */
  isCopying: boolean
  /** Since it last said a word, in whole seconds; 0 while it is being sent a copy. */
  lagSeconds: number
}
