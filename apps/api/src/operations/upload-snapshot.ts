import {
  type Accepted,
  describeError,
  type Idempotency,
  type LoaderRequest,
  NotAnRdbFile,
  planUpload,
  type Principal,
  rdbContent,
  ServiceError,
  type Snapshot,
  snapshotStatus,
  UPLOAD_SEEN_EVERY_MS,
  type UploadPlan,
} from '@cacheplane/domain'
import { authorize } from './authorize.ts'
import { idempotencyOf } from './idempotency.ts'
import type { Service } from './service.ts'
import { watchUntil } from './settle.ts'
import { arnOfSnapshot, began } from './snapshots.ts'

/** Taking away what an upload has left takes a worker milliseconds; its sender is told anyway. */
const CLEARED_WITHIN_MS = 5_000

export interface UploadRequest extends LoaderRequest {
  snapshotName: string
}

/** How the file comes, once it is known that it is wanted. Throws what makes it worthless. */
export type Receive = (plan: UploadPlan) => AsyncIterable<Uint8Array>

/**
 * ImportSnapshot, which is ours: what is sent goes sealed into the vault, and becomes a snapshot once an engine has loaded it.
 * Of a file that does not come whole nothing is left.
 */
export async function uploadSnapshot(
  service: Service,
  principal: Principal,
  { snapshotName, ...request }: UploadRequest,
  idempotencyKey: string | null,
  receive: Receive,
): Promise<Snapshot> {
  const plan = planUpload(snapshotName, request)
  authorize(principal, 'ImportSnapshot', arnOfSnapshot(service, principal, plan.snapshotName))
  const idempotency = idempotencyOf(service, 'ImportSnapshot', plan, idempotencyKey)
  // What is too large by its own word is refused before anything is begun.
  const content = rdbContent(receive(plan))
  const { snapshotName: name } = plan
  const accepted = await service.catalogue.beginUpload(principal.accountId, plan, idempotency)
  const snapshot = await began(service, principal, name, accepted)
  if (accepted.replayed) return snapshot
  const alive = keepAlive(service, snapshot)
  try {
    return await began(
      service,
      principal,
      name,
      await keep(service, snapshot, alive.while(content), idempotency),
    )
  } catch (error) {
    await drop(service, snapshot).catch((cause: unknown) =>
      service.log.warn(
        { error: describeError(cause) },
        'what is left of an upload is for the workers to find',
      ),
    )
    throw error instanceof NotAnRdbFile ? new ServiceError('InvalidParameterValue', NO_RDB_FILE) : error
  } finally {
    alive.stop()
  }
}

const NO_RDB_FILE = 'The body is not an RDB file: it begins with REDIS or VALKEY and a version.'

async function keep(
  { vault, catalogue }: Service,
  { id, accountId, files, origin }: Snapshot,
  content: AsyncIterable<Uint8Array>,
  idempotency: Idempotency | null,
): Promise<Accepted> {
  const fileId = files[0]?.fileId ?? ''
  const { bytes, sha256 } = await vault.keep(fileId, content)
  const { engine, engineVersion } = origin
  const nobody = { cacheClusterId: null, cacheNodeId: null, cacheNodeCreatedAt: null }
  const kept = { bytes, sha256, usedMemoryBytes: bytes, engine, engineVersion, ...nobody }
  const file = { accountId, snapshotId: id, fileId, content: kept }
  return catalogue.endUpload(file, idempotency)
}

/** Says that it still comes, also while the vault is slow; what comes of one that was given up is of no use. */
function keepAlive({ catalogue, log }: Service, { id }: Snapshot) {
  let isGivenUp = false
  const timer = setInterval(() => {
    catalogue.keepUpload(id).then(
      (isKept) => (isGivenUp ||= !isKept),
      (error: unknown) => log.warn({ error: describeError(error) }, 'nobody was told that an upload goes on'),
    )
  }, UPLOAD_SEEN_EVERY_MS)
  return {
    stop: () => clearInterval(timer),
    async *while(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const piece of content) {
        if (isGivenUp)
          throw new ServiceError('InvalidSnapshotState', 'The upload was given up; send it again.')
        yield piece
      }
    },
  }
}

/** Has a worker take away what there is of it, and the name with it. */
async function drop({ catalogue, doorbell, vault }: Service, snapshot: Snapshot): Promise<void> {
  const { id, accountId, snapshotName } = snapshot
  const workflowId = await catalogue.dropUpload(id)
  // Whoever gave the upload up did so before the file was there.
  await vault.remove(snapshot.files[0]?.fileId ?? '')
  if (workflowId === null) return
  void doorbell.ring(workflowId)
  const look = async () => (await catalogue.findSnapshot(accountId, snapshotName))?.id === id
  const subscribe = (onHint: () => void) => catalogue.onSettled((settled) => settled === id && onHint())
  const signal = AbortSignal.timeout(CLEARED_WITHIN_MS)
  await watchUntil(look, (isThere) => !isThere, { ms: CLEARED_WITHIN_MS, signal, subscribe })
}

/** Of a file that no engine loads its sender is told; nothing else is to be told of it. */
export async function forgetFailed(
  { catalogue, doorbell }: Service,
  { id, accountId, snapshotName }: Snapshot,
): Promise<void> {
  const seen = await catalogue.findSnapshot(accountId, snapshotName)
  if (seen?.id !== id || snapshotStatus(seen) !== 'failed') return
  void doorbell.ring((await catalogue.deleteSnapshot(accountId, snapshotName)).workflowId)
}
