import { isDeleting } from '../status.ts'
import { FAILED_STEP } from '../workflow.ts'
import type { Snapshot } from './snapshot.ts'

export type SnapshotStatus = 'creating' | 'copying' | 'available' | 'restoring' | 'deleting' | 'failed'

export function snapshotStatus({
  workflow,
  restoring,
  isCopy,
}: Pick<Snapshot, 'workflow' | 'restoring' | 'isCopy'>): SnapshotStatus {
  if (isDeleting(workflow)) return 'deleting'
  if (workflow.step === FAILED_STEP) return 'failed'
  if (workflow.firstHomeAt === null) return isCopy ? 'copying' : 'creating'
  return restoring ? 'restoring' : 'available'
}

/** Nothing more will happen to it unless somebody asks. */
export function isSnapshotSettled(status: SnapshotStatus): boolean {
  return status !== 'creating' && status !== 'copying' && status !== 'deleting'
}
