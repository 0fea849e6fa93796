import type { Parameter } from './parameter.ts'

type Row = readonly [
  name: string,
  value: string,
  allowed: string,
  description: string,
  over?: Partial<Parameter>,
]

const FIXED = { modifiable: 'never' } as const

/**
 * ElastiCache's parameters of memcached 1.6 (elasticache-reference, 6.16), without those that are Amazon's own or that
 * this version takes and ignores. memcached reads all of them at its start.
 */
const ROWS: readonly Row[] = [
  ['backlog_queue_limit', '1024', '1-10000', 'Connections that wait to be accepted', FIXED],
  ['binding_protocol', 'auto', 'auto,ascii', 'Protocols that are spoken'],
  ['cas_disabled', '0', '0,1', 'Whether items have no version for compare-and-swap'],
  ['chunk_size', '48', '1-1024', 'Least bytes for an item'],
  ['chunk_size_growth_factor', '1.25', '1-1024', 'Between sizes of chunks; above 1', { dataType: 'float' }],
  ['disable_flush_all', '0', '0,1', 'Whether flush_all is refused'],
  ['error_on_memory_exhausted', '0', '0,1', 'Whether full memory is an error instead of evicting'],
  ['hash_algorithm', 'jenkins', 'jenkins,murmur3', 'How keys are hashed'],
  ['hashpower_init', '16', '16', 'First size of the hash table, as a power of two', FIXED],
  ['idle_timeout', '0', '0-86400', 'Seconds after which an idle client is cut off; 0 never'],
  ['large_memory_pages', '0', '0,1', 'Whether large pages are used', FIXED],
  ['lock_down_paged_memory', '0', '0,1', 'Whether memory is locked', FIXED],
  ['lru_crawler', '0', '0,1', 'Whether expired items are looked for in the background'],
  ['lru_maintainer', '0', '0,1', 'Whether lists of items are kept in order in the background'],
  ['max_item_size', '1048576', '1024-1073741824', 'Bytes of the largest item'],
  ['max_simultaneous_connections', '10000', '10000', 'Connections at the same time', FIXED],
  ['maxconns_fast', '0', '0,1', 'Whether one connection too many is told so at once'],
  ['memcached_connections_overhead', '100', '1-', 'Megabytes that are not for items'],
  ['no_modern', '1', '0,1', 'Whether defaults are those of version 1.4'],
  ['requests_per_event', '20', '20', 'Requests of one connection before another has its turn', FIXED],
  ['slab_automove', '0', '0,1,2', 'Whether memory moves between sizes of items'],
  ['slab_chunk_max', '524288', '1024-536870912', 'Bytes of the largest chunk, whole kilobytes'],
  ['slab_reassign', '0', '0,1', 'Whether memory can move between sizes of items'],
  ['track_sizes', '0', '0,1', 'Whether sizes of items are counted'],
  ['watch', '1', '0,1', 'Whether clients may watch the log'],
  ['watcher_logbuf_size', '256', '1-1048576', 'Kilobytes of a watcher’s log'],
  ['worker_logbuf_size', '64', '1-1048576', 'Kilobytes of a thread’s log'],
]

export const MEMCACHED_PARAMETERS: readonly Parameter[] = ROWS.map(
  ([name, value, allowedValues, description, over]) => ({
    name,
    description,
    dataType: /^\d/.test(allowedValues) ? 'integer' : 'string',
    allowedValues,
    default: value,
    modifiable: 'always',
    changeType: 'requires-reboot',
    ...over,
  }),
)
