import type { CacheCluster, CacheNode } from '../resources.ts'
import { CLUSTER_ENABLED, effectiveValues } from './engine-parameters.ts'
import { familyOf } from './families.ts'
import type { ParameterValues } from './parameter.ts'

export type ParameterApplyStatus = 'in-sync' | 'applying' | 'pending-reboot'

type Of = Pick<CacheCluster, 'engine' | 'engineVersion' | 'parameterValues'>

/** What a node's values are from what its parameter group says. */
export function parameterStatus(cluster: Of, node: Pick<CacheNode, 'parameterValues'>): ParameterApplyStatus {
  const changes = changesOf(cluster, node.parameterValues)
  if (changes.some((one) => one.changeType === 'immediate')) return 'applying'
  return changes.length > 0 ? 'pending-reboot' : 'in-sync'
}

/** Of all its nodes: the one that is furthest from being in sync. */
export function clusterParameterStatus(cluster: Of & Pick<CacheCluster, 'nodes'>): {
  status: ParameterApplyStatus
  cacheNodeIdsToReboot: string[]
} {
  const statuses = cluster.nodes.map((node) => ({ node, status: parameterStatus(cluster, node) }))
  const pending = statuses.filter(({ node }) =>
    changesOf(cluster, node.parameterValues).some((one) => one.changeType === 'requires-reboot'),
  )
  const worst = (['applying', 'pending-reboot'] as const).find((status) =>
    statuses.some((one) => one.status === status),
  )
  return {
    status: worst ?? 'in-sync',
    cacheNodeIdsToReboot: pending.map(({ node }) => node.cacheNodeId),
  }
}

/** What a node runs with once it was told everything that it could be told without a restart. */
export function afterTelling(cluster: Of, node: Pick<CacheNode, 'parameterValues'>): ParameterValues {
  const told = new Map(Object.entries(node.parameterValues))
  for (const { name, changeType } of changesOf(cluster, node.parameterValues)) {
    if (changeType !== 'immediate') continue
    const value = cluster.parameterValues[name]
    if (value === undefined) told.delete(name)
    else told.set(name, value)
  }
  return Object.fromEntries(told)
}

/** A value that says what the family says anyway is no change. */
function changesOf(cluster: Of, has: ParameterValues) {
  const wanted = effectiveValues(cluster, cluster.parameterValues)
  const running = effectiveValues(cluster, has)
  return familyOf(cluster).parameters.filter(
    ({ name }) => name !== CLUSTER_ENABLED && wanted.get(name) !== running.get(name),
  )
}
