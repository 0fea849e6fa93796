import { ServiceError } from '../errors.ts'
import type { VaultFile } from '../ports/vault.ts'
import { snapshotStatus } from './snapshot-status.ts'
import type { Snapshot } from './snapshot.ts'

/** A file that leaves, and what it is called outside. */
export interface ExportPlan {
  file: VaultFile
  fileName: string
}

/** Throws why the snapshot cannot be exported now. `nodeGroupId` is needed where there are several files. */
export function planExport(snapshot: Snapshot, nodeGroupId: string | undefined): ExportPlan {
  const { snapshotName, files } = snapshot
  const status = snapshotStatus(snapshot)
  if (status !== 'available')
    throw new ServiceError(
      'InvalidSnapshotState',
      `Snapshot ${snapshotName} has status ${status}; one that is available can be exported.`,
    )
  const [found, ...others] = files.filter(
    (one) => nodeGroupId === undefined || one.nodeGroupId === nodeGroupId,
  )
  const content = found?.content ?? null
  if (found === undefined || content === null || others.length > 0) throw notOne(snapshot)
  const { bytes, sha256 } = content
  return {
    file: { fileId: found.fileId, bytes, sha256 },
    fileName: `${snapshotName}-${found.nodeGroupId}.rdb`.replace(/[^a-z0-9.-]/g, '_'),
  }
}

function notOne({ snapshotName, files }: Snapshot): ServiceError {
  const ids = files.map(({ nodeGroupId }) => nodeGroupId).join(', ')
  const message = `Name one of the node groups of snapshot ${snapshotName} as nodeGroupId: ${ids}.`
  return new ServiceError('InvalidParameterValue', message, [{ path: 'nodeGroupId', message }])
}
