import { ServiceError } from '../errors.ts'
import { Findings } from '../validation/findings.ts'
import { checkIdentifier } from '../validation/identifiers.ts'
import { applyRules, empty, never, ruleFor } from '../validation/rules.ts'
import { MAX_SNAPSHOT_NAME, readSnapshotName } from './plan-snapshot.ts'
import { snapshotStatus } from './snapshot-status.ts'
import type { Snapshot } from './snapshot.ts'

export interface CopySnapshotRequest {
  targetSnapshotName?: string | undefined
  targetBucket?: string | undefined
  kmsKeyId?: string | undefined
  tags?: unknown[] | undefined
}

export interface CopyPlan {
  sourceSnapshotName: string
  targetSnapshotName: string
}

const allow = ruleFor<CopySnapshotRequest>()
const RULES = [
  allow(
    'targetBucket',
    never,
    'Snapshots are not written to buckets: leave targetBucket out, and download the files by export.',
  ),
  allow('kmsKeyId', never, 'Keys of your own are not available: leave kmsKeyId out.'),
  allow('tags', empty, 'Tags are not available: leave tags out.'),
]

/** Throws what is wrong with the request, or returns what is to be called how. */
export function planCopy(source: string, request: CopySnapshotRequest): CopyPlan {
  const sourceSnapshotName = readSnapshotName(source)
  const findings = new Findings()
  const { targetSnapshotName: target } = request
  const targetSnapshotName = checkIdentifier(findings, 'targetSnapshotName', target, MAX_SNAPSHOT_NAME)
  applyRules(findings, request, RULES)
  findings.throwIfAny()
  return { sourceSnapshotName, targetSnapshotName }
}

/** Throws why it cannot be copied now. */
export function requireCopyable(snapshot: Snapshot): void {
  const status = snapshotStatus(snapshot)
  if (status === 'available') return
  throw new ServiceError(
    'InvalidSnapshotState',
    `Snapshot ${snapshot.snapshotName} has status ${status}; one that is available can be copied.`,
  )
}
