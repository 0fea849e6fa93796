/** What ElastiCache's auto discovery tells of a cluster. */
export interface DiscoveryList {
  clusterId: string
  version: number
  /** What `version` answers on a connection that asks for lists only. */
  engineVersion: string
  nodes: readonly { address: string; port: number }[]
}
