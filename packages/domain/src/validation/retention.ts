import { between } from './rules.ts'

const MAX_RETENTION_DAYS = 35

export const isRetention = between(0, MAX_RETENTION_DAYS)
export const RETENTION_ALLOWED = `snapshotRetentionLimit must be between 0 and ${MAX_RETENTION_DAYS} days.`

/** Automatic snapshots are of what manual ones can be of. */
export const NO_RETENTION_IN_CLUSTER =
  'Snapshots of replication groups with cluster mode are not available: snapshotRetentionLimit must be 0 or left out.'
