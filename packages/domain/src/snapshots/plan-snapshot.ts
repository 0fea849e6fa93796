import { ServiceError } from '../errors.ts'
import { Findings } from '../validation/findings.ts'
import {
  checkIdentifier,
  isIdentifier,
  MAX_CACHE_CLUSTER_ID,
  MAX_REPLICATION_GROUP_ID,
} from '../validation/identifiers.ts'
import { applyRules, empty, never, ruleFor } from '../validation/rules.ts'

export const MAX_SNAPSHOT_NAME = 255

export interface CreateSnapshotRequest {
  snapshotName?: string | undefined
  replicationGroupId?: string | undefined
  cacheClusterId?: string | undefined
  kmsKeyId?: string | undefined
  /** With these four, an RDB file becomes a snapshot. */
  snapshotArns?: string[] | undefined
  engine?: string | undefined
  engineVersion?: string | undefined
  cacheNodeType?: string | undefined
  tags?: unknown[] | undefined
}

export interface SnapshotPlan {
  snapshotName: string
  of: { kind: 'replication-group' | 'cache-cluster'; name: string }
}

const allow = ruleFor<CreateSnapshotRequest>()
const OF_A_FILE = 'is said of an RDB file that is to be imported: give snapshotArns, or leave it out.'
const RULES = [
  allow('kmsKeyId', never, 'Keys of your own are not available: leave kmsKeyId out.'),
  allow('engine', never, `engine ${OF_A_FILE}`),
  allow('engineVersion', never, `engineVersion ${OF_A_FILE}`),
  allow('cacheNodeType', never, `cacheNodeType ${OF_A_FILE}`),
  allow('tags', empty, 'Tags are not available: leave tags out.'),
]

/** Throws what is wrong with the request, or returns of what the snapshot is to be. */
export function planSnapshot(request: CreateSnapshotRequest): SnapshotPlan {
  const findings = new Findings()
  const snapshotName = checkIdentifier(findings, 'snapshotName', request.snapshotName, MAX_SNAPSHOT_NAME)
  applyRules(findings, request, RULES)
  const { replicationGroupId, cacheClusterId } = request
  if ((replicationGroupId === undefined) === (cacheClusterId === undefined))
    findings.combination(
      replicationGroupId === undefined ? 'replicationGroupId' : 'cacheClusterId',
      'Name what the snapshot is to be of: either replicationGroupId or cacheClusterId, and not both.',
    )
  findings.throwIfAny()
  return { snapshotName, of: sourceOf(replicationGroupId, cacheClusterId ?? '') }
}

/** Throws when no snapshot can be called so; null where none is asked for. */
export function readFinalSnapshotName(text: string | undefined): string | null {
  if (text === undefined) return null
  const findings = new Findings()
  const name = checkIdentifier(findings, 'finalSnapshotIdentifier', text, MAX_SNAPSHOT_NAME)
  findings.throwIfAny()
  return name
}

/** What nothing can be called is not looked for. */
function sourceOf(replicationGroupId: string | undefined, cacheClusterId: string): SnapshotPlan['of'] {
  if (replicationGroupId !== undefined) {
    if (isIdentifier(replicationGroupId, MAX_REPLICATION_GROUP_ID))
      return { kind: 'replication-group', name: replicationGroupId.toLowerCase() }
    throw new ServiceError('ReplicationGroupNotFoundFault', 'There is no replication group of that name.')
  }
  if (isIdentifier(cacheClusterId, MAX_CACHE_CLUSTER_ID))
    return { kind: 'cache-cluster', name: cacheClusterId.toLowerCase() }
  throw new ServiceError('CacheClusterNotFound', 'There is no cache cluster of that name.')
}

export function snapshotNotFound(name: string): ServiceError {
  return new ServiceError('SnapshotNotFoundFault', `Snapshot ${name} not found.`)
}

/** What no snapshot can be called is not looked for. Automatic ones have a dot in their names, and a colon never. */
export function readSnapshotName(text: string): string {
  const plain = text.toLowerCase().replace(/^automatic\./, '')
  if (isIdentifier(plain, MAX_SNAPSHOT_NAME)) return text.toLowerCase()
  throw new ServiceError('SnapshotNotFoundFault', 'There is no snapshot of that name.')
}
