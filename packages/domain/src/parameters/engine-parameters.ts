import type { Engine } from '../engines.ts'
import type { Reserve } from '../node-types.ts'
import { familyOf } from './families.ts'
import { replicaBufferLimit } from './node-type-parameters.ts'
import type { ParameterValues } from './parameter.ts'

/** Said by the group's creation, for ever: a node has it or not, whatever its parameter group says by the name. */
export const CLUSTER_ENABLED = 'cluster-enabled'

interface Of {
  engine: Engine
  engineVersion: string
  cacheNodeType: string
}

const BUFFER_LIMIT = 'client-output-buffer-limit'
/** Said by the node's limits, decided by the control plane, or refused. */
const NOT_RENDERED = /^(reserved-memory-percent|appendonly|appendfsync|cluster-enabled|maxclients)$/
const FIXED_FOR_MEMCACHED = /^(large_memory_pages|lock_down_paged_memory|memcached_connections_overhead)$/

/** Every parameter of the node's family with its value; those that a group says nothing of have the family's. */
export function effectiveValues(of: Omit<Of, 'cacheNodeType'>, values: ParameterValues): Map<string, string> {
  return new Map(familyOf(of).parameters.map((one) => [one.name, values[one.name] ?? one.default]))
}

/** What a node is started with, by the names that its engine has for it. */
export function engineParameters(of: Of, values: ParameterValues): Record<string, string> {
  const effective = [...effectiveValues(of, values)]
  if (of.engine === 'memcached')
    return Object.fromEntries(effective.filter(([name]) => !FIXED_FOR_MEMCACHED.test(name)))
  const plain = effective.filter(([name]) => !NOT_RENDERED.test(name) && !name.startsWith(BUFFER_LIMIT))
  return { ...Object.fromEntries(plain), [BUFFER_LIMIT]: bufferLimits(of, new Map(effective)) }
}

/** Those of them that a running node can be told; memcached can be told nothing. */
export function liveParameters(of: Of, values: ParameterValues): Record<string, string> {
  if (of.engine === 'memcached') return {}
  const atBoot = familyOf(of).parameters.filter((one) => one.changeType === 'requires-reboot')
  const names = new Set(atBoot.map((one) => one.name))
  return Object.fromEntries(Object.entries(engineParameters(of, values)).filter(([name]) => !names.has(name)))
}

/** In the words and the order in which engines of every version tell it back. */
function bufferLimits(of: Of, effective: ReadonlyMap<string, string>): string {
  const replica = String(replicaBufferLimit(of.cacheNodeType) ?? 0)
  const value = (name: string) => effective.get(`${BUFFER_LIMIT}-${name}`) ?? '0'
  const ofClass = (name: string) =>
    [value(`${name}-hard-limit`), value(`${name}-soft-limit`), value(`${name}-soft-seconds`)].join(' ')
  return `normal ${ofClass('normal')} slave ${replica} ${replica} ${value('replica-soft-seconds')} pubsub ${ofClass('pubsub')}`
}

/** What a node keeps free of data. */
export function reserveOf(of: Omit<Of, 'cacheNodeType'>, values: ParameterValues): Reserve {
  const effective = effectiveValues(of, values)
  return {
    memoryPercent: Number(effective.get('reserved-memory-percent') ?? 0),
    memcachedConnectionsMb: Number(effective.get('memcached_connections_overhead') ?? 0),
  }
}
