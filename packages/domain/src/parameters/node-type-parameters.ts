import type { Engine } from '../engines.ts'
import { findNodeType } from '../node-types.ts'
import type { NodeTypeParameter } from './parameter.ts'

const FIXED = { dataType: 'integer', allowedValues: '0-', modifiable: 'never' } as const

/** A replica may be behind by a tenth of what a node holds, as in ElastiCache. */
export function replicaBufferLimit(cacheNodeType: string): number | null {
  const type = findNodeType(cacheNodeType)
  return type === undefined ? null : Math.floor(type.maxmemoryBytes / 10)
}

const REPLICA_BUFFER = {
  ...FIXED,
  changeType: 'immediate',
  valueOf: (cacheNodeType: string) => textOf(replicaBufferLimit(cacheNodeType)),
} as const

const OF_REDIS: readonly NodeTypeParameter[] = [
  {
    name: 'client-output-buffer-limit-replica-hard-limit',
    description: 'Bytes by which a replica may be behind before it is cut off',
    ...REPLICA_BUFFER,
  },
  {
    name: 'client-output-buffer-limit-replica-soft-limit',
    description: 'The same, if it lasts for the soft seconds',
    ...REPLICA_BUFFER,
  },
  {
    name: 'maxmemory',
    description: 'Bytes of memory, before the reserved share is taken off',
    ...FIXED,
    changeType: 'immediate',
    valueOf: (cacheNodeType) => textOf(findNodeType(cacheNodeType)?.maxmemoryBytes),
  },
]

const OF_MEMCACHED: readonly NodeTypeParameter[] = [
  {
    name: 'max_cache_memory',
    description: 'Megabytes of memory, before the connections’ share is taken off',
    ...FIXED,
    changeType: 'requires-reboot',
    valueOf: (cacheNodeType) => textOf(findNodeType(cacheNodeType)?.maxCacheMemoryMb),
  },
  {
    name: 'num_threads',
    description: 'Threads that serve clients',
    ...FIXED,
    changeType: 'requires-reboot',
    valueOf: (cacheNodeType) => textOf(findNodeType(cacheNodeType)?.vcpus),
  },
]

/** What ElastiCache lists apart, because every node type has a value of its own. */
export function nodeTypeParameters(engine: Engine): readonly NodeTypeParameter[] {
  return engine === 'memcached' ? OF_MEMCACHED : OF_REDIS
}

function textOf(value: number | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}
