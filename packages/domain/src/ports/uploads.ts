import type { UploadPlan } from '../snapshots/plan-upload.ts'
import type { SnapshotContent } from '../snapshots/snapshot.ts'
import type { Accepted, Idempotency } from './accepted.ts'

/** A file that has been received whole, and lies in the vault. */
export interface ReceivedFile {
  accountId: string
  snapshotId: string
  fileId: string
  content: Omit<SnapshotContent, 'capturedAt'>
}

/**
 * Files that somebody sends us. The rows come first, so that a name is taken and what lies in the vault is known; whoever
 * receives a file says that it still does, and at last what came of it. Who says nothing for `UPLOAD_UNSEEN_MS` has died:
 * a worker takes away what is left.
 */
export interface Uploads {
  /** Rows and workflow of a snapshot whose file is about to come. A repeated request answers what it was answered, once that had ended. */
  beginUpload(accountId: string, plan: UploadPlan, idempotency?: Idempotency | null): Promise<Accepted>
  /** False once it was given up. */
  keepUpload(snapshotId: string): Promise<boolean>
  /** Throws InvalidSnapshotState once it was given up; the file belongs to nobody then. */
  endUpload(file: ReceivedFile, idempotency?: Idempotency | null): Promise<Accepted>
  /** It will not come. Returns the workflow that takes the rest away; null when there is none any more. */
  dropUpload(snapshotId: string): Promise<string | null>
}
