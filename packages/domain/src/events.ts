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

export interface Event extends NewEvent {
  id: bigint
  accountId: string
  date: Date
}
