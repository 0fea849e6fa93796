import { canCluster, ENGINE_VERSIONS, type Engine } from '../engines.ts'
import { ServiceError } from '../errors.ts'
import { findNodeType } from '../node-types.ts'
import { shown } from '../validation/findings.ts'
import { CLUSTER_ENABLED, effectiveValues, reserveOf } from './engine-parameters.ts'
import { allFamilies, defaultParameterGroup, familyOf } from './families.ts'
import type { ParameterValues } from './parameter.ts'

export interface ParameterGroup {
  name: string
  family: string
  description: string
  /** What it says otherwise than its family. */
  parameterValues: ParameterValues
}

/** Those that exist without anybody having made them, and cannot be changed. */
export const DEFAULT_PARAMETER_GROUPS: readonly ParameterGroup[] = allFamilies().flatMap(
  ({ name, engine }) => {
    const of = (isCluster: boolean): ParameterGroup => ({
      name: defaultParameterGroup({ parameterGroupFamily: name }, isCluster),
      family: name,
      description: `Default parameter group for ${name}${isCluster ? ' with cluster mode on' : ''}`,
      parameterValues: isCluster ? { [CLUSTER_ENABLED]: 'yes' } : {},
    })
    const hasClusterMode = ENGINE_VERSIONS.some(
      (row) => row.parameterGroupFamily === name && canCluster({ engine, version: row.version }),
    )
    return hasClusterMode ? [of(false), of(true)] : [of(false)]
  },
)

export function findDefaultGroup(name: string): ParameterGroup | undefined {
  return DEFAULT_PARAMETER_GROUPS.find((group) => group.name === name)
}

/** One page of the defaults and of a user's own, which come in the same order. */
export function mergeDefaults(
  own: readonly ParameterGroup[],
  page: { after?: string; limit: number },
): ParameterGroup[] {
  const defaults = DEFAULT_PARAMETER_GROUPS.filter(({ name }) => name > (page.after ?? ''))
  return [...own, ...defaults].sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, page.limit)
}

export function parameterGroupNotFound(name: string): ServiceError {
  return new ServiceError('CacheParameterGroupNotFound', `CacheParameterGroup ${shown(name)} not found.`)
}

interface Attaching {
  engine: Engine
  engineVersion: string
  cacheNodeType: string
  clusterEnabled: boolean
}

/** Whether the group is for caches with cluster mode: their default groups are, and one's own that say so. */
export function isForClusters({ parameterValues }: Pick<ParameterGroup, 'parameterValues'>): boolean {
  return parameterValues[CLUSTER_ENABLED] === 'yes'
}

/** Throws when a cache of this version and node type cannot use the group. */
export function requireAttachable(
  group: Pick<ParameterGroup, 'family' | 'parameterValues'>,
  to: Attaching,
): void {
  const family = familyOf(to)
  if (group.family !== family.name)
    throw refused(
      `Expected a parameter group of family ${family.name} but found one of family ${group.family}`,
    )
  if (isForClusters(group) !== to.clusterEnabled)
    throw refused(
      to.clusterEnabled
        ? 'Cluster mode should be enabled in parameter group, but found it is disabled.'
        : 'Cluster mode should be disabled in parameter group, but found it is enabled.',
    )
  const because = whyTooLarge(to, group.parameterValues)
  if (because !== null) throw refused(because)
}

/** Null when the values leave room for items; memcached would not start otherwise. */
export function whyTooLarge(to: Omit<Attaching, 'clusterEnabled'>, values: ParameterValues): string | null {
  if (to.engine !== 'memcached') return null
  const maxItemSize = Number(effectiveValues(to, values).get('max_item_size'))
  const memoryMb = findNodeType(to.cacheNodeType)?.maxCacheMemoryMb ?? 0
  const roomMb = memoryMb - reserveOf(to, values).memcachedConnectionsMb
  if (maxItemSize <= (roomMb * 2 ** 20) / 4) return null
  return `max_item_size must not exceed a quarter of max_cache_memory less memcached_connections_overhead, which is ${roomMb} MB for ${to.cacheNodeType}.`
}

/** Throws when a cache that stands cannot take the group over: some values are for ever. */
export function requireExchangeable(
  group: Pick<ParameterGroup, 'family' | 'parameterValues'>,
  cluster: Attaching & { parameterValues: ParameterValues },
): void {
  requireAttachable(group, cluster)
  const [has, wanted] = [cluster.parameterValues, group.parameterValues].map((values) =>
    effectiveValues(cluster, values),
  )
  const fixed = familyOf(cluster).parameters.filter(({ modifiable }) => modifiable === 'while-unattached')
  const other = fixed.find(({ name }) => name !== CLUSTER_ENABLED && has?.get(name) !== wanted?.get(name))
  if (other === undefined) return
  throw refused(
    `${other.name} cannot be changed after creation: the parameter group must say ${has?.get(other.name)}, as the one before.`,
  )
}

function refused(message: string): ServiceError {
  return new ServiceError('InvalidParameterCombination', message, [
    { path: 'cacheParameterGroupName', message },
  ])
}
