import { Redis } from 'ioredis'
import { redisOptions, retryDelay, type Credentials, type Endpoint } from './connect-options.ts'

export interface ReplicationGroupOptions extends Credentials {
  primaryEndpoint: Endpoint
  readerEndpoint?: Endpoint
  /** Told of every lost or refused connection. Commands wait meanwhile. */
  onError?: (error: Error) => void
}

export interface ReplicationGroupConnection {
  /** For writes, and for reads that must see them. */
  primary: Redis
  /** For reads that may be behind; the primary where there is no reader endpoint. */
  reader: Redis
  close(): void
}

/** Connects to a replication group so that a failover costs milliseconds and no command: those under way are sent again. */
export function connectReplicationGroup(options: ReplicationGroupOptions): ReplicationGroupConnection {
  const { primaryEndpoint, readerEndpoint, onError = () => undefined } = options
  const connect = ({ address, port }: Endpoint): Redis => {
    const settings = { ...redisOptions(options), retryStrategy: retryDelay }
    const redis = new Redis({ ...settings, host: address, port })
    redis.on('error', onError)
    return redis
  }
  const primary = connect(primaryEndpoint)
  const reader = readerEndpoint === undefined ? primary : connect(readerEndpoint)
  return {
    primary,
    reader,
    close: () => {
      primary.disconnect()
      reader.disconnect()
    },
  }
}
