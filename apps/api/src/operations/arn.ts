export type ResourceType = 'cluster' | 'replicationgroup' | 'parametergroup' | 'snapshot'

/** ElastiCache's form, so that tools which take ARNs apart keep working. */
export function arnOf(region: string, accountId: string, type: ResourceType, name: string): string {
  return `arn:aws:elasticache:${region}:${accountId}:${type}:${name}`
}
