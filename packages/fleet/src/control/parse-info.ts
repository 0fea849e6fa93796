import type { ListedReplica, ReplicationFacts } from '@cacheplane/domain'
import type { NodeFacts } from '../core/node-control.ts'

/** What we want of the answer to `INFO`. */
export function parseInfo(text: string): Omit<NodeFacts, 'open' | 'clusterNodeId'> {
  const fields = new Map(
    text.split('\r\n').map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, Math.max(colon, 0)), line.slice(colon + 1)]
    }),
  )
  return {
    // Valkey says a version of Redis, too, for clients that look for one.
    version: fields.get('valkey_version') ?? fields.get('redis_version') ?? '',
    runId: fields.get('run_id') ?? '',
    role: fields.get('role') === 'master' ? 'primary' : 'replica',
    maxmemoryBytes: numberIn(fields, 'maxmemory'),
    usedMemoryBytes: numberIn(fields, 'used_memory'),
    replication: replicationIn(fields),
  }
}

type Fields = ReadonlyMap<string, string>

const NO_HISTORY = /^0*$/

function replicationIn(fields: Fields): ReplicationFacts {
  const former = fields.get('master_replid2') ?? ''
  return {
    historyId: fields.get('master_replid') ?? '',
    formerHistoryId: NO_HISTORY.test(former) ? null : former,
    // On a replica this is how much it has processed; its slave_repl_offset is the same number.
    offset: numberIn(fields, 'master_repl_offset'),
    keys: keysIn(fields),
    loading: fields.get('loading') === '1',
    replicas: [...fields].flatMap(([name, value]) => (/^slave\d+$/.test(name) ? listed(value) : [])),
    link: fields.get('role') === 'slave' ? linkIn(fields) : null,
  }
}

/** `ip=10.96.1.3,port=10004,state=online,offset=140,lag=0`; an address of IPv6 has no commas either. */
function listed(value: string): ListedReplica {
  const said = new Map(
    value.split(',').map((pair): [string, string] => {
      const equals = pair.indexOf('=')
      return [pair.slice(0, equals), pair.slice(equals + 1)]
    }),
  )
  return {
    at: { host: said.get('ip') ?? '', port: numberIn(said, 'port') },
    isCopying: said.get('state') !== 'online',
    lagSeconds: numberIn(said, 'lag'),
  }
}

function linkIn(fields: Fields): NonNullable<ReplicationFacts['link']> {
  const lastHeard = numberIn(fields, 'master_last_io_seconds_ago', -1)
  return {
    source: { host: fields.get('master_host') ?? '', port: numberIn(fields, 'master_port') },
    up: fields.get('master_link_status') === 'up',
    syncing: fields.get('master_sync_in_progress') === '1',
    lastHeardSeconds: lastHeard < 0 ? null : lastHeard,
  }
}

/** `db0:keys=3,expires=0,avg_ttl=0`, a line for each database that is not empty. */
function keysIn(fields: Fields): number {
  return [...fields]
    .filter(([name]) => /^db\d+$/.test(name))
    .reduce((sum, [, value]) => sum + Number(/^keys=(\d+)/.exec(value)?.[1] ?? 0), 0)
}

function numberIn(fields: Fields, name: string, missing = 0): number {
  const number = Number(fields.get(name) ?? missing)
  return Number.isFinite(number) ? number : missing
}
