import type { Parameter } from './parameter.ts'

type Row = readonly [
  name: string,
  value: string,
  allowed: string,
  description: string,
  over?: Partial<Parameter>,
]

const FIXED = { modifiable: 'never' } as const
const WHILE_UNATTACHED = { modifiable: 'while-unattached', changeType: 'requires-reboot' } as const
const LETTERS = { dataType: 'string' } as const

/**
 * ElastiCache's parameters (elasticache-reference, 6.15) as far as the engines here have them: defragmentation needs an
 * allocator that Debian's packages are not built with, and some exist at Amazon only.
 */
const EVERYWHERE: readonly Row[] = [
  ['active-expire-effort', '1', '1-10', 'How hard expired keys are looked for'],
  ['acllog-max-len', '128', '0-', 'Entries of the log of refused commands'],
  ['appendfsync', 'everysec', 'always,everysec,no', 'How often an append-only file is synced', FIXED],
  ['appendonly', 'no', 'yes,no', 'Whether an append-only file is kept', FIXED],
  ...bufferLimits('normal', ['0', '0', '0']),
  ...bufferLimits('pubsub', ['33554432', '8388608', '60']),
  ['client-output-buffer-limit-replica-soft-seconds', '60', '0-', 'Seconds above the soft limit', FIXED],
  ['client-query-buffer-limit', '1073741824', '1048576-1073741824', 'Bytes of one query'],
  ['cluster-allow-reads-when-down', 'no', 'yes,no', 'Whether reads go on while slots are not covered'],
  ['cluster-enabled', 'no', 'yes,no', 'Whether the cache is sharded', WHILE_UNATTACHED],
  ['cluster-require-full-coverage', 'no', 'yes,no', 'Whether all slots must be covered'],
  ['databases', '16', '1-10000', 'Number of databases', WHILE_UNATTACHED],
  ['hll-sparse-max-bytes', '3000', '1-16000', 'Bytes of a sparse HyperLogLog'],
  ['lfu-decay-time', '1', '0-', 'Minutes after which a frequency is halved'],
  ['lfu-log-factor', '10', '1-', 'How slowly a frequency grows'],
  ['list-compress-depth', '0', '0-', 'Nodes at the ends of a list that are not compressed'],
  ['lua-time-limit', '5000', '5000', 'Milliseconds of a script until others are answered', FIXED],
  ['maxclients', '10000', '1-10000', 'Clients at the same time', { ...FIXED, changeType: 'requires-reboot' }],
  [
    'maxmemory-policy',
    'volatile-lru',
    'volatile-lru,allkeys-lru,volatile-lfu,allkeys-lfu,volatile-random,allkeys-random,volatile-ttl,noeviction',
    'What is evicted when memory is full',
  ],
  ['min-replicas-max-lag', '10', '0-', 'Seconds after which a replica does not count'],
  ['min-replicas-to-write', '0', '0-', 'Replicas without which a primary takes no writes'],
  ['proto-max-bulk-len', '536870912', '1048576-536870912', 'Bytes of one value in a request'],
  ['repl-backlog-ttl', '3600', '0-', 'Seconds that the backlog is kept without replicas'],
  ['replica-ignore-maxmemory', 'yes', 'yes,no', 'Whether a replica leaves evictions to its primary', FIXED],
  [
    'reserved-memory-percent',
    '25',
    '0-100',
    'Share of the memory that is not for data; 5 percent are left to the engine in any case',
  ],
  ['set-max-intset-entries', '512', '0-', 'Entries of a set in its compact form'],
  ['slowlog-log-slower-than', '10000', '-1-', 'Microseconds from which a command is slow; -1 logs none'],
  ['slowlog-max-len', '128', '0-', 'Entries of the log of slow commands'],
  ['stream-node-max-bytes', '4096', '0-', 'Bytes of one node of a stream'],
  ['stream-node-max-entries', '100', '0-', 'Entries of one node of a stream'],
  ['tcp-keepalive', '300', '0-', 'Seconds between keep-alives'],
  ['timeout', '0', '0,20-', 'Seconds after which an idle connection is closed'],
  ['tracking-table-max-keys', '1000000', '0-', 'Keys tracked for the caches of clients'],
]

const LAZY: readonly Row[] = [
  ['lazyfree-lazy-eviction', 'no', 'yes,no', 'Whether evicted keys are freed in the background'],
  ['lazyfree-lazy-expire', 'no', 'yes,no', 'Whether expired keys are freed in the background'],
  ['lazyfree-lazy-server-del', 'no', 'yes,no', 'Whether replaced values are freed in the background'],
  ['lazyfree-lazy-user-del', 'no', 'yes,no', 'Whether DEL frees in the background'],
  ['replica-lazy-flush', 'no', 'yes,no', 'Whether a replica empties itself in the background', FIXED],
]

const SINCE_7: readonly Row[] = [
  [
    'cluster-allow-pubsubshard-when-down',
    'yes',
    'yes,no',
    'Whether sharded messages go on while slots are not covered',
  ],
  ['hash-max-listpack-entries', '512', '0-', 'Entries of a hash in its compact form'],
  ['hash-max-listpack-value', '64', '0-', 'Bytes of a value of a hash in its compact form'],
  ['latency-tracking', 'no', 'yes,no', 'Whether latencies of commands are recorded'],
  ['notify-keyspace-events', '', 'KEg$lshzxeAtdmn', 'Which events are published, by letters', LETTERS],
  ['zset-max-listpack-entries', '128', '0-', 'Entries of a sorted set in its compact form'],
  ['zset-max-listpack-value', '64', '0-', 'Bytes of a value of a sorted set in its compact form'],
]

/** Replicas that are away for a moment need no full copy: eight times what ElastiCache has here. */
const BACKLOG_OF_REDIS: Row = [
  'repl-backlog-size',
  '8388608',
  '16384-',
  'Bytes kept for replicas that are away',
]

const REDIS_6: readonly Row[] = [
  ...EVERYWHERE,
  ...LAZY,
  BACKLOG_OF_REDIS,
  ['activerehashing', 'yes', 'yes,no', 'Whether tables are rehashed while idle', WHILE_UNATTACHED],
  ['hash-max-ziplist-entries', '512', '0-', 'Entries of a hash in its compact form'],
  ['hash-max-ziplist-value', '64', '0-', 'Bytes of a value of a hash in its compact form'],
  ['list-max-ziplist-size', '-2', '-5,-4,-3,-2,-1,1-', 'Size of one node of a list', FIXED],
  ['lua-replicate-commands', 'yes', 'yes,no', 'Whether scripts are replicated by their effects'],
  ['maxmemory-samples', '3', '1-', 'Keys that an eviction chooses from'],
  ['notify-keyspace-events', '', 'KEg$lshzxeAtm', 'Which events are published, by letters', LETTERS],
  ['zset-max-ziplist-entries', '128', '0-', 'Entries of a sorted set in its compact form'],
  ['zset-max-ziplist-value', '64', '0-', 'Bytes of a value of a sorted set in its compact form'],
]

const SAMPLES_UP_TO_64: Row = ['maxmemory-samples', '3', '1-64', 'Keys that an eviction chooses from']
const REDIS_7: readonly Row[] = [
  ...EVERYWHERE,
  ...LAZY,
  ...SINCE_7,
  BACKLOG_OF_REDIS,
  ['maxmemory-samples', '3', '1-', 'Keys that an eviction chooses from'],
]
const REDIS_8: readonly Row[] = [...EVERYWHERE, ...LAZY, ...SINCE_7, BACKLOG_OF_REDIS, SAMPLES_UP_TO_64]

const VALKEY_8: readonly Row[] = [
  ...EVERYWHERE,
  ...SINCE_7,
  SAMPLES_UP_TO_64,
  ['commandlog-large-reply-max-len', '128', '0-1024', 'Entries of the log of large replies'],
  ['commandlog-large-request-max-len', '128', '0-1024', 'Entries of the log of large requests'],
  ['commandlog-reply-larger-than', '1048576', '-1-', 'Bytes from which a reply is large; -1 logs none'],
  ['commandlog-request-larger-than', '1048576', '-1-', 'Bytes from which a request is large; -1 logs none'],
  ['extended-redis-compatibility', 'yes', 'yes,no', 'Whether clients are told that it is Redis'],
  ['repl-backlog-size', '10485760', '16384-', 'Bytes kept for replicas that are away'],
]

/** By parameter group family, in the order of their names. */
export const REDIS_PARAMETERS: Readonly<Record<string, readonly Parameter[]>> = {
  'redis6.x': REDIS_6.map(parameter).sort(byName),
  redis7: REDIS_7.map(parameter).sort(byName),
  redis8: REDIS_8.map(parameter).sort(byName),
  valkey8: VALKEY_8.map(parameter).sort(byName),
}

function bufferLimits(of: 'normal' | 'pubsub', [hard, soft, seconds]: [string, string, string]): Row[] {
  const name = `client-output-buffer-limit-${of}`
  return [
    [`${name}-hard-limit`, hard, '0-', 'Bytes of unread replies at which a client is cut off; 0 is no limit'],
    [`${name}-soft-limit`, soft, '0-', 'The same, if it lasts for the soft seconds'],
    [`${name}-soft-seconds`, seconds, '0-', 'Seconds above the soft limit'],
  ]
}

function parameter([name, value, allowedValues, description, over]: Row): Parameter {
  return {
    name,
    description,
    dataType: /^-?\d/.test(allowedValues) ? 'integer' : 'string',
    allowedValues,
    default: value,
    modifiable: 'always',
    changeType: 'immediate',
    ...over,
  }
}

function byName(a: Parameter, b: Parameter): number {
  return a.name < b.name ? -1 : 1
}
