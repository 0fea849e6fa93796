import { minutes, seconds } from '../duration.ts'
import { ServiceError } from '../errors.ts'
import { findNodeType } from '../node-types.ts'
import { Findings } from '../validation/findings.ts'
import { checkIdentifier } from '../validation/identifiers.ts'
import { readLoader, type Loader, type LoaderRequest } from './plan-import.ts'
import { MAX_SNAPSHOT_NAME } from './plan-snapshot.ts'

/** An upload that nobody has spoken of for so long is given up: whoever received it has died. */
export const UPLOAD_UNSEEN_MS = minutes(1)
/** How often whoever receives one says so. */
export const UPLOAD_SEEN_EVERY_MS = seconds(10)
/** Of an account; each holds a connection, and room in the vault. */
export const UPLOADS_AT_ONCE = 4

/** A file that somebody sends us, and that is to become a snapshot. */
export interface UploadPlan extends Loader {
  snapshotName: string
}

/** Throws what is wrong with the request, or returns which engine is to load what is sent, as of an import. */
export function planUpload(snapshotName: string, request: LoaderRequest): UploadPlan {
  const findings = new Findings()
  const name = checkIdentifier(findings, 'snapshotName', snapshotName, MAX_SNAPSHOT_NAME)
  const loader = readLoader(findings, request)
  findings.throwIfAny()
  return { snapshotName: name, ...loader }
}

/** Throws when more than so many bytes cannot become a snapshot. */
export function refuseTooLarge(
  bytes: number,
  { cacheNodeType }: Pick<UploadPlan, 'cacheNodeType'>,
  uploadMaxBytes: number,
): void {
  const memoryBytes = findNodeType(cacheNodeType)?.memoryBytes ?? 0
  if (bytes > memoryBytes)
    throw new ServiceError(
      'RequestTooLarge',
      `The file is larger than the ${memoryBytes} bytes of memory of ${cacheNodeType}: choose a larger cacheNodeType.`,
    )
  if (bytes > uploadMaxBytes)
    throw new ServiceError(
      'RequestTooLarge',
      `The file may have at most ${uploadMaxBytes} bytes; CACHEPLANE_UPLOAD_MAX_MB of the service sets that.`,
    )
}
