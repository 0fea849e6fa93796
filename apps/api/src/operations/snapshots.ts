import {
  type Accepted,
  type CopySnapshotRequest,
  planCopy,
  type CreateSnapshotRequest,
  planImport,
  planSnapshot,
  type Principal,
  readFinalSnapshotName,
  readSnapshotName,
  type Snapshot,
  snapshotNotFound,
} from '@cacheplane/domain'
import { arnOf } from './arn.ts'
import { ANYTHING, authorize } from './authorize.ts'
import { idempotencyOf } from './idempotency.ts'
import { type Page, type Paging, readPage } from './paging.ts'
import type { Service } from './service.ts'

/** CreateSnapshot. */
export async function createSnapshot(
  service: Service,
  principal: Principal,
  request: CreateSnapshotRequest,
  idempotencyKey: string | null,
): Promise<Snapshot> {
  const { snapshotArns = [] } = request
  const plan = snapshotArns.length > 0 ? planImport({ ...request, snapshotArns }) : planSnapshot(request)
  authorize(principal, 'CreateSnapshot', arnOfSnapshot(service, principal, plan.snapshotName))
  const idempotency = idempotencyOf(service, 'CreateSnapshot', request, idempotencyKey)
  const { catalogue } = service
  const accepted = await ('from' in plan
    ? catalogue.importSnapshot(principal.accountId, plan, idempotency)
    : catalogue.createSnapshot(principal.accountId, plan, idempotency))
  return began(service, principal, plan.snapshotName, accepted)
}

/** CopySnapshot. */
export async function copySnapshot(
  service: Service,
  principal: Principal,
  source: string,
  request: CopySnapshotRequest,
  idempotencyKey: string | null,
): Promise<Snapshot> {
  const plan = planCopy(source, request)
  for (const name of [plan.sourceSnapshotName, plan.targetSnapshotName])
    authorize(principal, 'CopySnapshot', arnOfSnapshot(service, principal, name))
  const idempotency = idempotencyOf(service, 'CopySnapshot', plan, idempotencyKey)
  const accepted = await service.catalogue.copySnapshot(principal.accountId, plan, idempotency)
  return began(service, principal, plan.targetSnapshotName, accepted)
}

/** The snapshot as it stands once it was accepted, and not another one that took its name since. */
export async function began(
  service: Service,
  principal: Principal,
  name: string,
  accepted: Accepted,
): Promise<Snapshot> {
  void service.doorbell.ring(accepted.workflowId)
  const snapshot = await requireSnapshot(service, principal, name)
  if (snapshot.id !== accepted.resourceId) throw snapshotNotFound(name)
  return snapshot
}

/** DescribeSnapshots for one snapshot. Throws SnapshotNotFoundFault. */
export function describeSnapshot(service: Service, principal: Principal, text: string): Promise<Snapshot> {
  const name = readSnapshotName(text)
  authorize(principal, 'DescribeSnapshots', arnOfSnapshot(service, principal, name))
  return requireSnapshot(service, principal, name)
}

export interface ListSnapshotsRequest extends Paging {
  replicationGroupId?: string | undefined
  cacheClusterId?: string | undefined
  snapshotSource?: 'user' | 'system' | undefined
}

const SOURCES = { user: 'manual', system: 'automated' } as const

/** DescribeSnapshots, ordered by name. */
export function describeSnapshots(
  service: Service,
  principal: Principal,
  { replicationGroupId, cacheClusterId, snapshotSource, ...paging }: ListSnapshotsRequest,
): Promise<Page<Snapshot>> {
  authorize(principal, 'DescribeSnapshots', ANYTHING)
  const filter = {
    ...(replicationGroupId !== undefined && { replicationGroupId: replicationGroupId.toLowerCase() }),
    ...(cacheClusterId !== undefined && { cacheClusterId: cacheClusterId.toLowerCase() }),
    ...(snapshotSource !== undefined && { source: SOURCES[snapshotSource] }),
  }
  return readPage(
    service,
    principal,
    'snapshots',
    paging,
    (limit, after) =>
      service.catalogue.listSnapshots(principal.accountId, {
        limit,
        ...(after !== undefined && { after }),
        ...filter,
      }),
    (snapshot) => snapshot.snapshotName,
  )
}

/** DeleteSnapshot. Answers the snapshot as it stands, `deleting`, or null when it went at once. */
export async function deleteSnapshot(
  service: Service,
  principal: Principal,
  text: string,
): Promise<Snapshot | null> {
  const name = readSnapshotName(text)
  authorize(principal, 'DeleteSnapshot', arnOfSnapshot(service, principal, name))
  const accepted = await service.catalogue.deleteSnapshot(principal.accountId, name)
  void service.doorbell.ring(accepted.workflowId)
  const left = await service.catalogue.findSnapshot(principal.accountId, name)
  return left?.id === accepted.resourceId ? left : null
}

/** The name of the snapshot that a delete asks for, which is a creation of its own; null when it asks for none. */
export function finalSnapshot(
  service: Service,
  principal: Principal,
  identifier: string | undefined,
): string | null {
  const name = readFinalSnapshotName(identifier)
  if (name !== null) authorize(principal, 'CreateSnapshot', arnOfSnapshot(service, principal, name))
  return name
}

/** What a request leaves out is as in the snapshot that it names. Throws SnapshotNotFoundFault. */
export async function likeItsSnapshot<R extends { snapshotName?: string | undefined }>(
  service: Service,
  principal: Principal,
  request: R,
  like: (request: R, snapshot: Snapshot) => R,
): Promise<R> {
  if (request.snapshotName === undefined) return request
  return like(request, await describeSnapshot(service, principal, request.snapshotName))
}

/** Throws SnapshotNotFoundFault. */
export async function requireSnapshot(
  service: Service,
  principal: Principal,
  name: string,
): Promise<Snapshot> {
  const snapshot = await service.catalogue.findSnapshot(principal.accountId, name)
  if (snapshot === null) throw snapshotNotFound(name)
  return snapshot
}

export const arnOfSnapshot = (service: Service, { accountId }: Principal, name: string) =>
  arnOf(service.region, accountId, 'snapshot', name)
