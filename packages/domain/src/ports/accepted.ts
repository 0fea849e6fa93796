export interface Accepted {
  /** The internal id of the resource. */
  resourceId: string
  workflowId: string
  /** True when the same `Idempotency-Key` had already been accepted with the same request. */
  replayed: boolean
}

export interface Idempotency {
  key: string
  /** Digest of operation and canonical request; another digest under the same key is refused. */
  fingerprint: string
}
