import type {
  Certificate,
  ClusterView,
  Drained,
  DrainPace,
  DrainTarget,
  Hop,
  NodeRef,
  NodeSpec,
  ReplicationFacts,
  SlotMark,
  SlotRange,
} from '@cacheplane/domain'

/** Speaks to the cache process itself, over the network, as the control plane's own user. */
export interface NodeControl {
  read(node: NodeRef): Promise<Answer<NodeFacts>>
  /** Lets the default user in, with the token or without, and replicas of the same node group. */
  open(node: NodeSpec): Promise<Answer<void>>
  /** Shuts both out and cuts their connections. */
  close(node: NodeRef): Promise<Answer<void>>
  /** Follows `source` with the password of its node group; a node that does already goes on undisturbed. */
  follow(node: NodeSpec, source: Source): Promise<Answer<void>>
  promote(node: NodeSpec): Promise<Answer<void>>
  /** What of the parameters and of the spec's tokens it does not do as it should, by names; says nothing of closed nodes' tokens. */
  drift(node: NodeSpec, parameters: Readonly<Record<string, string>>): Promise<Answer<string[]>>
  /** Puts just that right. */
  configure(node: NodeSpec, parameters: Readonly<Record<string, string>>): Promise<Answer<void>>
  /** Shown by a handshake; null without TLS. */
  certificate(node: NodeRef): Promise<Answer<Certificate | null>>
  /** Has it read its certificate's files again. */
  readCertificate(node: NodeRef): Promise<Answer<void>>
  /** Leads without taking writes. */
  lend(node: NodeRef): Promise<Answer<void>>
  /** 0 lets writes go on. */
  hold(node: NodeRef, ms: number): Promise<Answer<void>>
  /** Of a node in cluster mode; busy while it gets to know somebody. */
  cluster(node: NodeRef): Promise<Answer<ClusterView>>
  meet(node: NodeRef, peers: readonly PeerHop[]): Promise<Answer<void>>
  forget(node: NodeRef, clusterNodeIds: readonly string[]): Promise<Answer<void>>
  claim(node: NodeRef, slots: readonly SlotRange[], epoch: number): Promise<Answer<void>>
  setSlots(node: NodeRef, slots: readonly SlotRange[], as: SlotMark): Promise<Answer<void>>
  drain(
    node: NodeRef,
    slots: readonly SlotRange[],
    to: DrainHop,
    pace: DrainPace,
  ): Promise<Answer<Extract<Drained, { keys: number }>>>
  /**
   * False when the kernel at the node's address says that nothing listens there: its process has ended. True and null are
   * no evidence of anything.
   */
  listens(node: NodeRef): Promise<boolean | null>
  /** Holds a connection until it is told to stop. */
  /** Has the node write out what it holds, and hands that to `sink` while it comes. */
  save<T>(node: NodeRef, sink: (content: AsyncIterable<Uint8Array>) => Promise<T>): Promise<Answer<T>>
  probe(node: NodeRef, onTrouble: (because: string) => void): () => void
}

/** Whom a replica copies; outside of a cluster that is all it needs to know. */
export interface Source extends Hop {
  /** It takes TLS there, and the replica can. */
  tls: boolean
  nodeGroupId: string
  inCluster: { clusterNodeId: string; busPort: number } | null
}

export interface PeerHop extends Hop {
  busPort: number
}

/** Where keys are sent, as their sender reaches it. */
export interface DrainHop extends Hop, Pick<DrainTarget, 'nodeId' | 'incarnation' | 'clusterNodeId'> {}

export interface ClusterSource extends PeerHop {
  clusterNodeId: string
}

/**
 * `absent`: nothing listens there (or not yet). `silent`: it was reached but did not answer in time. `busy`: it answers
 * that it is not ready. `stranger`: it refused our login or showed another certificate, so it is not this incarnation
 * of this node.
 */
export type Answer<T> =
  { kind: 'answered'; value: T } | { kind: 'absent' | 'silent' | 'busy' | 'stranger'; because: string }

export interface NodeFacts {
  version: string
  runId: string
  role: 'primary' | 'replica' | 'none'
  open: boolean
  maxmemoryBytes: number
  clusterNodeId: string | null
  usedMemoryBytes: number
  replication: ReplicationFacts
}
