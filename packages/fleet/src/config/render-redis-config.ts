import { invariant, type NodeSpec } from '@cacheplane/domain'
import { quote } from './quote.ts'
import { FILES, SEED_INPUT } from './node-files.ts'
import type { UserRules } from './users.ts'

export interface NodePlace {
  /** Other nodes of its group may be on other engines, and reach it by its announced address only. */
  hasSisters: boolean
}

type Directive = readonly [name: string, ...values: (string | number)[]]

/** What decides over safety, identity or reachability is ours alone, whatever a parameter group says. */
const OURS_ALONE =
  /^(dir|dbfilename|logfile|pidfile|unixsocket.*|include|loadmodule|rename-command|requirepass|masterauth|masteruser|aclfile|user|replicaof|slaveof|bind|port|protected-mode|enable-.*|save|append.*|cluster-(?!allow-(?:reads|pubsubshard)-when-down$|require-full-coverage$).*|daemonize|supervised|syslog-.*|proc-title-template|locale-collate|tls-.*|shutdown-.*|replica-announce-.*|maxmemory)$/

/** The configuration file of a redis or valkey node. Nothing in it is secret: users are in a file of their own. */
export function renderRedisConfig(spec: NodeSpec, place: NodePlace): string {
  return [...directives(spec, place), ['aclfile', FILES.users] as const]
    .map(([name, ...values]) => `${name} ${values.map(renderValue).join(' ')}\n`)
    .join('')
}

/** The same as arguments, users included, for a node that needs no file. */
export function redisArguments(spec: NodeSpec, users: readonly UserRules[], place: NodePlace): string[] {
  const all = [...directives(spec, place), ...users.map((user): Directive => ['user', ...user])]
  return all.flatMap(([name, ...values]) => [`--${name}`, ...values.map(argument)])
}

/**
 * A replica keeps what it has until a full copy is complete, all in memory: the root is read-only and the tmpfs small. It
 * hears from its primary each second, so that the others can tell whether a primary that we do not reach is alive.
 */
const replication: readonly Directive[] = [
  ['repl-diskless-sync', 'yes'],
  ['repl-diskless-sync-delay', 0],
  ['repl-diskless-load', 'swapdb'],
  ['repl-backlog-size', '8mb'],
  ['repl-ping-replica-period', 1],
  ['repl-timeout', 10],
]

function directives(spec: NodeSpec, place: NodePlace): Directive[] {
  return [
    ...listening(spec),
    ...clustering(spec, place),
    ['protected-mode', 'no'],
    ...loading(spec),
    ['save', ''],
    ['appendonly', 'no'],
    ['maxmemory', spec.limits.maxmemoryBytes],
    ['maxmemory-policy', 'volatile-lru'],
    ...replication,
    ...parameterDirectives(spec.parameters),
  ]
}

/** Nothing is ever written there: it is where the engine looks for what it begins with. */
function loading({ seed, busPort }: NodeSpec): Directive[] {
  if (seed === null) return [['dir', '/tmp']]
  return [
    ['dir', SEED_INPUT.directory],
    ['dbfilename', SEED_INPUT.name],
    ...(busPort === null ? [] : [['cluster-config-file', '/tmp/nodes.conf'] as const]),
  ]
}

/** A node that is not heard for so long is taken for lost by the others; who takes over is not decided by that. */
const CLUSTER_NODE_TIMEOUT_MS = 5_000

/**
 * Who is primary and who owns what is decided by the control plane alone: nodes neither elect one another nor move to other
 * shards, and what is not lost is served on. Clients are sent to the published port, nodes speak to one another inside.
 */
function clustering({ busPort, address, tls }: NodeSpec, { hasSisters }: NodePlace): Directive[] {
  if (busPort === null) return []
  return [
    ['cluster-enabled', 'yes'],
    ['cluster-port', busPort],
    ['cluster-node-timeout', CLUSTER_NODE_TIMEOUT_MS],
    ['cluster-announce-hostname', address],
    ['cluster-preferred-endpoint-type', 'hostname'],
    ...(hasSisters ? [['cluster-announce-ip', address] as const] : []),
    ['cluster-require-full-coverage', 'no'],
    ['cluster-replica-no-failover', 'yes'],
    ['cluster-allow-replica-migration', 'no'],
    ['cluster-replica-validity-factor', 0],
    ...(tls ? [['tls-cluster', 'yes'] as const] : []),
  ]
}

function listening({ port, plainPort, tls }: NodeSpec): Directive[] {
  if (!tls) {
    return [
      ['bind', '0.0.0.0'],
      ['port', port],
    ]
  }
  return [
    ['bind', '0.0.0.0'],
    ['port', plainPort ?? 0],
    ['tls-port', port],
    ['tls-cert-file', FILES.certificate],
    ['tls-key-file', FILES.key],
    ['tls-ca-cert-file', FILES.authority],
    ['tls-auth-clients', 'no'],
    ['tls-protocols', 'TLSv1.2 TLSv1.3'],
    ['tls-replication', 'yes'],
  ]
}

function parameterDirectives(parameters: Readonly<Record<string, string>>): Directive[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    invariant(/^[a-z][a-z0-9-]*$/.test(name), `${JSON.stringify(name)} is the name of a parameter`)
    invariant(!OURS_ALONE.test(name), `the parameter ${name} is not set by parameter groups`)
    return name === BUFFER_LIMIT ? bufferLimits(value) : [[name, value] as const]
  })
}

const BUFFER_LIMIT = 'client-output-buffer-limit'

/** One class of clients after the other, with three numbers each: Redis 6.0 takes no more of them at a start. */
function bufferLimits(value: string): Directive[] {
  const words = value.split(' ')
  invariant(words.length % 4 === 0, 'every class of clients has three limits')
  return words.flatMap((word, i): Directive[] =>
    i % 4 === 0 ? [[BUFFER_LIMIT, word, ...words.slice(i + 1, i + 4).map(Number)]] : [],
  )
}

function renderValue(value: string | number): string {
  return typeof value === 'number' ? String(value) : quote(value)
}

function argument(value: string | number): string {
  const text = String(value)
  invariant(!text.startsWith('--'), 'a value does not begin another directive')
  return text
}
