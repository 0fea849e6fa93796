import type { ReplicationGroupPlan } from '../ports/store.ts'
import { CLUSTER_MODES } from '../resources.ts'
import { checkEngine } from './engine-version.ts'
import { Findings } from './findings.ts'
import { checkDescription, checkIdentifier, MAX_REPLICATION_GROUP_ID } from './identifiers.ts'
import { checkNodes, MAX_SHARDS } from './nodes.ts'
import type { CreateReplicationGroupRequest, PlanContext } from './requests.ts'
import { applyRules, empty, exactly, never, ruleFor } from './rules.ts'
import { checkSettings, requireReferences } from './settings.ts'
import { checkShards, clusterModeOf, requireShardQuota } from './shards.ts'
import { checkSeedArns } from './snapshot-arns.ts'

const allow = ruleFor<CreateReplicationGroupRequest>()

const RULES = [
  allow(
    'primaryClusterId',
    never,
    'A replication group cannot be made from an existing cache cluster: leave primaryClusterId out.',
  ),
  allow(
    'globalReplicationGroupId',
    never,
    'Global replication groups are not available: leave globalReplicationGroupId out.',
  ),
  allow(
    'serverlessCacheSnapshotName',
    never,
    'Snapshots are not available: leave serverlessCacheSnapshotName out.',
  ),
  allow('userGroupIds', empty, 'User groups are not available: leave userGroupIds out and use authToken.'),
  allow('kmsKeyId', never, 'Keys of your own are not available: leave kmsKeyId out.'),
  allow(
    'dataTieringEnabled',
    exactly(false),
    'Data tiering is not available: dataTieringEnabled must be false or left out.',
  ),
  allow(
    'clusterMode',
    (mode) => CLUSTER_MODES.some((one) => one === mode),
    'clusterMode must be enabled, disabled or compatible, or left out.',
  ),
  allow(
    'durability',
    exactly('default', 'disabled'),
    'Durability is not available: durability must be default, disabled or left out.',
  ),
  allow(
    'atRestEncryptionEnabled',
    exactly(false),
    'Nodes keep their data in memory and write none to disk, so there is nothing to encrypt at rest: ' +
      'atRestEncryptionEnabled must be false or left out.',
  ),
]

/** Throws what is wrong with the request, or returns what is to be built, with every default filled in. */
export function planReplicationGroup(
  request: CreateReplicationGroupRequest,
  context: PlanContext,
): Omit<ReplicationGroupPlan, 'idempotency'> {
  const findings = new Findings()
  const replicationGroupId = checkIdentifier(
    findings,
    'replicationGroupId',
    request.replicationGroupId,
    MAX_REPLICATION_GROUP_ID,
  )
  const description = checkDescription(findings, 'description', request.description)
  const engine = checkEngine(findings, request.engine ?? 'redis', ['redis', 'valkey'])
  applyRules(findings, request, RULES)
  const clusterMode = clusterModeOf(request, context.isClusterGroup)
  const isCluster = clusterMode !== 'disabled'
  const nodes = isCluster ? checkShards(findings, request) : checkNodes(findings, request)
  const seedFiles = checkSeedArns(findings, request, isCluster ? MAX_SHARDS : 1)
  const settings = checkSettings(findings, request, engine, context, isCluster)
  const snapshotRetentionLimit = request.snapshotRetentionLimit ?? 0
  findings.throwIfAny()
  requireReferences(request)
  requireShardQuota(nodes.shards)
  return {
    accountId: context.accountId,
    replicationGroupId,
    description,
    atRestEncryptionEnabled: false,
    clusterMode,
    ...nodes,
    ...settings,
    snapshotRetentionLimit,
    snapshotName: request.snapshotName?.toLowerCase() ?? null,
    seedFiles,
  }
}
