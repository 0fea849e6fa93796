import type { ReplicationGroupPlan } from '../ports/store.ts'
import { checkEngine } from './engine-version.ts'
import { Findings } from './findings.ts'
import { checkDescription, checkIdentifier, checkZone, MAX_REPLICATION_GROUP_ID } from './identifiers.ts'
import type { CreateReplicationGroupRequest, PlanContext } from './requests.ts'
import { applyRules, between, empty, exactly, never, ruleFor } from './rules.ts'
import { checkSettings, requireReferences } from './settings.ts'

const allow = ruleFor<CreateReplicationGroupRequest>()
const MAX_NODES = 6
const MAX_SHARDS = 500
const MAX_REPLICAS = 5

/** ElastiCache's ranges first, then what is narrower here. */
const RULES = [
  allow('numCacheClusters', between(1, MAX_NODES), `numCacheClusters must be between 1 and ${MAX_NODES}.`),
  allow(
    'numCacheClusters',
    (n) => n <= 1 || n > MAX_NODES,
    'Replication groups have one node: numCacheClusters must be 1 or left out.',
  ),
  allow('numNodeGroups', between(1, MAX_SHARDS), `numNodeGroups must be between 1 and ${MAX_SHARDS}.`),
  allow(
    'numNodeGroups',
    (n) => n <= 1 || n > MAX_SHARDS,
    'Replication groups have one shard: numNodeGroups must be 1 or left out.',
  ),
  allow(
    'replicasPerNodeGroup',
    between(0, MAX_REPLICAS),
    `replicasPerNodeGroup must be between 0 and ${MAX_REPLICAS}.`,
  ),
  allow(
    'replicasPerNodeGroup',
    (n) => n <= 0 || n > MAX_REPLICAS,
    'Replication groups have no replicas: replicasPerNodeGroup must be 0 or left out.',
  ),
  allow(
    'nodeGroupConfiguration',
    empty,
    'Shards cannot be configured one by one: leave nodeGroupConfiguration out and name the zone in preferredCacheClusterAZs.',
  ),
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
    exactly('disabled'),
    'Cluster mode is not available: clusterMode must be disabled or left out.',
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
  allow(
    'automaticFailoverEnabled',
    exactly(false),
    'When using automatic failover, there must be at least 2 cache clusters in the replication group. ' +
      'Replication groups have one node: automaticFailoverEnabled must be false or left out.',
    'combination',
  ),
  allow(
    'multiAZEnabled',
    exactly(false),
    'Multi-AZ needs automatic failover and at least one replica. ' +
      'Replication groups have one node: multiAZEnabled must be false or left out.',
    'combination',
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
  const zones = checkZones(findings, request)
  const settings = checkSettings(findings, request, engine, context)
  findings.throwIfAny()
  requireReferences(request)
  return {
    accountId: context.accountId,
    replicationGroupId,
    description,
    atRestEncryptionEnabled: false,
    zones,
    ...settings,
  }
}

function checkZones(findings: Findings, request: CreateReplicationGroupRequest): (string | null)[] {
  const zones = request.preferredCacheClusterAZs ?? []
  if (zones.length === 0) return [null]
  const nodes = request.numCacheClusters ?? 1
  if (zones.length !== nodes) {
    findings.combination(
      'preferredCacheClusterAZs',
      `preferredCacheClusterAZs must name as many zones as there are nodes, which is ${nodes}.`,
    )
  }
  return zones.map((zone) => checkZone(findings, 'preferredCacheClusterAZs', zone))
}
