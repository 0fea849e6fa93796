export const SOURCE_TYPES = [
  'cache-cluster',
  'cache-parameter-group',
  'cache-security-group',
  'cache-subnet-group',
  'replication-group',
  'serverless-cache',
  'serverless-cache-snapshot',
  'user',
  'user-group',
] as const
export type SourceType = (typeof SOURCE_TYPES)[number]

export interface NewEvent {
  sourceType: SourceType
  /** The user's name of the resource, as in ElastiCache. */
  sourceIdentifier: string
  message: string
  /** Why it happened, for a reader who wants to know; ElastiCache has no such field. */
  because?: string
}

export function eventOfCluster(cacheClusterId: string, message: string, because?: string): NewEvent {
  return newEvent('cache-cluster', cacheClusterId, message, because)
}

export function eventOfGroup(replicationGroupId: string, message: string, because?: string): NewEvent {
  return newEvent('replication-group', replicationGroupId, message, because)
}

function newEvent(
  sourceType: SourceType,
  sourceIdentifier: string,
  message: string,
  because: string | undefined,
): NewEvent {
  return { sourceType, sourceIdentifier, message, ...(because === undefined ? {} : { because }) }
}

export interface Event extends NewEvent {
  id: bigint
  accountId: string
  date: Date
}
