import { between } from './rules.ts'

const MAX_RETENTION_DAYS = 35

export const isRetention = between(0, MAX_RETENTION_DAYS)
export const RETENTION_ALLOWED = `snapshotRetentionLimit must be between 0 and ${MAX_RETENTION_DAYS} days.`
