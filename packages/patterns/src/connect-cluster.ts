import { Cluster } from 'ioredis'
import { redisOptions, retryDelay, type Credentials, type Endpoint } from './connect-options.ts'

export interface ClusterConnectionOptions extends Credentials {
  /** The configuration endpoint, or some nodes. */
  endpoints: readonly Endpoint[]
  /** Where reads go; those of replicas may be behind. By default the primaries. */
  reads?: 'master' | 'slave' | 'all'
  onError?: (error: Error) => void
}

const REFRESH_MS = 5_000
const REFRESH_TIMEOUT_MS = 1_000
const FAILOVER_RETRY_MS = 50
const REDIRECTIONS = 64

/** Connects to a group in cluster mode; moved slots and lost primaries are followed, and the map of slots is kept fresh. */
export function connectCluster(options: ClusterConnectionOptions): Cluster {
  const { endpoints, reads = 'master', onError = () => undefined } = options
  const nodes = endpoints.map(({ address, port }) => ({ host: address, port }))
  const cluster = new Cluster(nodes, {
    redisOptions: redisOptions(options),
    clusterRetryStrategy: retryDelay,
    retryDelayOnFailover: FAILOVER_RETRY_MS,
    retryDelayOnClusterDown: FAILOVER_RETRY_MS,
    maxRedirections: REDIRECTIONS,
    slotsRefreshTimeout: REFRESH_TIMEOUT_MS,
    slotsRefreshInterval: REFRESH_MS,
    scaleReads: reads,
    // Names in certificates are checked against what was dialled.
    dnsLookup: (address, callback) => callback(null, address),
  })
  cluster.on('error', onError)
  return cluster
}
