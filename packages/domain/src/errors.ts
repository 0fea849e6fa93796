/** What may go wrong in front of a caller: ElastiCache's wire codes with their HTTP status (API 2015-02-02), then our own. */
export const ERROR_STATUS = {
  InvalidParameterValue: 400,
  InvalidParameterCombination: 400,
  ReplicationGroupAlreadyExists: 400,
  ReplicationGroupNotFoundFault: 404,
  InvalidReplicationGroupState: 400,
  NodeGroupNotFoundFault: 404,
  TestFailoverNotAvailableFault: 400,
  APICallRateForCustomerExceeded: 400,
  NoOperationFault: 400,
  CacheClusterAlreadyExists: 400,
  CacheClusterNotFound: 404,
  InvalidCacheClusterState: 400,
  InsufficientCacheClusterCapacity: 400,
  AvailabilityZoneNotFound: 404,
  InvalidAvailabilityZoneState: 400,
  NodeQuotaForClusterExceeded: 400,
  NodeQuotaForCustomerExceeded: 400,
  NodeGroupsPerReplicationGroupQuotaExceeded: 400,
  CacheParameterGroupNotFound: 404,
  CacheParameterGroupAlreadyExists: 400,
  CacheParameterGroupQuotaExceeded: 400,
  InvalidCacheParameterGroupState: 400,
  CacheSubnetGroupNotFoundFault: 400,
  ServiceUpdateNotFoundFault: 404,
  SnapshotNotFoundFault: 404,
  SnapshotFeatureNotSupportedFault: 400,
  SnapshotAlreadyExistsFault: 400,
  SnapshotQuotaExceededFault: 400,
  InvalidSnapshotState: 400,
  UserGroupNotFound: 404,
  NotFound: 404,
  MethodNotAllowed: 405,
  MissingAuthenticationToken: 401,
  InvalidClientTokenId: 401,
  MalformedRequest: 400,
  RequestTooLarge: 413,
  RequestTimeout: 408,
  UnsupportedMediaType: 415,
  IdempotencyKeyReuse: 422,
  Throttling: 429,
  ProvisioningFailed: 500,
  InternalFailure: 500,
  ServiceUnavailable: 503,
} as const

export type ErrorCode = keyof typeof ERROR_STATUS

export interface ErrorDetail {
  /** Where in the request, as the caller spelled it: `cacheNodeType`, `tags[0].key`. */
  path: string
  message: string
}

/** An answer to the caller: a code, a sentence that says what is allowed, and for validation the offending members. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly status: number

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: readonly ErrorDetail[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.status = ERROR_STATUS[code]
  }
}

/** A broken invariant of our own: never the caller's fault, never to be swallowed. */
export class Bug extends Error {
  override readonly name = 'Bug'
}

export function invariant(condition: unknown, says: string): asserts condition {
  if (!condition) throw new Bug(says)
}

/** For the `default` of an exhaustive switch: does not compile while a case is missing. */
export function unreachable(value: never): never {
  throw new Bug(`unexpected value ${JSON.stringify(value)}`)
}
