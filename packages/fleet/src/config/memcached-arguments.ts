import { invariant, type NodeSpec } from '@cacheplane/domain'
import { FILES } from './node-files.ts'

type Parameters = NodeSpec['parameters']

/** What a memcached node is started with; it can be told nothing later. */
export function memcachedArguments({ port, tls, asksLogin, limits, parameters }: NodeSpec): string[] {
  const secured = tls ? ['-Z', '-o', `ssl_chain_cert=${FILES.certificate},ssl_key=${FILES.key}`] : []
  return [
    ...['-l', '0.0.0.0', '-p', String(port), '-U', '0'],
    ...['-m', String(limits.itemMemoryMb), '-t', String(limits.threads)],
    ...Object.keys(ARGUMENTS).flatMap((name) => argumentOf(name, parameters)),
    ...secured,
    ...(asksLogin ? ['-Y', FILES.logins] : []),
  ]
}

const value = (flag: string) => (text: string) => [flag, text]
const option =
  (name: string, unit = 1) =>
  (text: string) => ['-o', `${name}=${unit === 1 ? text : String(Number(text) / unit)}`]
/** Given when the parameter is on. */
const flag = (letter: string) => (text: string) => (text === '1' ? [letter] : [])
/** Said either way: what is the default depends on the version. */
const either = (name: string) => (text: string) => ['-o', text === '1' ? name : `no_${name}`]
const word = (name: string) => (text: string) => (text === '1' ? ['-o', name] : [])

/** In this order: what `no_modern` says is a default that others overrule. */
const ARGUMENTS: Readonly<Record<string, (text: string) => string[]>> = {
  no_modern: word('no_modern'),
  backlog_queue_limit: value('-b'),
  binding_protocol: value('-B'),
  cas_disabled: flag('-C'),
  chunk_size: value('-n'),
  chunk_size_growth_factor: value('-f'),
  disable_flush_all: flag('-F'),
  error_on_memory_exhausted: flag('-M'),
  hash_algorithm: option('hash_algorithm'),
  hashpower_init: option('hashpower'),
  idle_timeout: option('idle_timeout'),
  lru_crawler: either('lru_crawler'),
  lru_maintainer: either('lru_maintainer'),
  max_item_size: value('-I'),
  max_simultaneous_connections: value('-c'),
  maxconns_fast: either('maxconns_fast'),
  requests_per_event: value('-R'),
  slab_automove: option('slab_automove'),
  slab_chunk_max: option('slab_chunk_max', 1024),
  slab_reassign: either('slab_reassign'),
  track_sizes: word('track_sizes'),
  watch: (text) => (text === '0' ? ['-W'] : []),
  watcher_logbuf_size: option('watcher_logbuf_size'),
  worker_logbuf_size: option('worker_logbuf_size'),
}

function argumentOf(name: string, parameters: Parameters): string[] {
  const text = parameters[name]
  if (text === undefined) return []
  invariant(/^[a-z0-9.]{1,16}$/.test(text), `a value of ${name} is a plain word or number`)
  return ARGUMENTS[name]?.(text) ?? []
}
