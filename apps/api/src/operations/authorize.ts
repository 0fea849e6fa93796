import { Bug, type Principal } from '@cacheplane/domain'

/** ElastiCache's operations that we have, and some of ours; policies will speak of `elasticache:<action>`. */
export type Action =
  | 'CreateReplicationGroup'
  | 'DescribeReplicationGroups'
  | 'DeleteReplicationGroup'
  | 'ModifyReplicationGroup'
  | 'TestFailover'
  | 'IncreaseReplicaCount'
  | 'DecreaseReplicaCount'
  | 'ModifyReplicationGroupShardConfiguration'
  | 'DescribeFailovers'
  | 'ListAllowedNodeTypeModifications'
  | 'CreateCacheCluster'
  | 'DescribeCacheClusters'
  | 'DeleteCacheCluster'
  | 'RebootCacheCluster'
  | 'ModifyCacheCluster'
  | 'CreateCacheParameterGroup'
  | 'DescribeCacheParameterGroups'
  | 'DescribeCacheParameters'
  | 'DescribeEngineDefaultParameters'
  | 'ModifyCacheParameterGroup'
  | 'ResetCacheParameterGroup'
  | 'DeleteCacheParameterGroup'
  | 'DescribeCacheEngineVersions'
  | 'CreateSnapshot'
  | 'DescribeSnapshots'
  | 'CopySnapshot'
  | 'DeleteSnapshot'
  | 'ExportSnapshot'
  | 'ImportSnapshot'
  | 'DescribeEvents'
  | 'DescribeNodeTypes'
  | 'DescribeAvailabilityZones'
  | 'DescribeCaCertificate'
  | 'DescribeServiceUpdates'
  | 'DescribeUpdateActions'
  | 'BatchApplyUpdateAction'
  | 'BatchStopUpdateAction'
  | 'BeginAvailabilityZoneOutage'
  | 'EndAvailabilityZoneOutage'

/** Actions that are not about one resource. */
export const ANYTHING = '*'

/**
 * The one place where a principal, an action and a resource meet. Every key has the full powers of its account and none in
 * another; operations build their ARNs from the principal's own account, so a foreign one here is our mistake.
 */
export function authorize(principal: Principal, action: Action, arn: string): void {
  if (arn === ANYTHING) return
  const [, , , , accountId] = arn.split(':')
  if (accountId !== principal.accountId) throw new Bug(`${action} on a resource of another account`)
}
