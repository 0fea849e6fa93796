import type { ReplicationGroupPlan } from '../ports/store.ts'
import type { Findings } from './findings.ts'
import { checkZone } from './identifiers.ts'
import type { CreateReplicationGroupRequest, NodeGroupConfiguration } from './requests.ts'
import { applyRules, between, exactly, ruleFor } from './rules.ts'

type Request = CreateReplicationGroupRequest

const allow = ruleFor<Request>()
const allowShard = ruleFor<NodeGroupConfiguration>()
export const MAX_SHARDS = 500
export const MAX_REPLICAS = 5
const MAX_NODES = 1 + MAX_REPLICAS
const ONLY_NODE_GROUP = '0001'

/** ElastiCache's ranges first, then what is narrower here. */
const RULES = [
  allow('numCacheClusters', between(1, MAX_NODES), `numCacheClusters must be between 1 and ${MAX_NODES}.`),
  allow('numNodeGroups', between(1, MAX_SHARDS), `numNodeGroups must be between 1 and ${MAX_SHARDS}.`),
  allow(
    'numNodeGroups',
    (n) => n <= 1 || n > MAX_SHARDS,
    'Without cluster mode a replication group has one shard: numNodeGroups must be 1 or left out.',
  ),
  allow(
    'replicasPerNodeGroup',
    between(0, MAX_REPLICAS),
    `replicasPerNodeGroup must be between 0 and ${MAX_REPLICAS}.`,
  ),
  allow(
    'nodeGroupConfiguration',
    (shards) => shards.length <= 1,
    'Without cluster mode a replication group has one shard: nodeGroupConfiguration must have one element or be left out.',
  ),
]

const shardRules = (path: string) => [
  allowShard('slots', () => false, `Slots are for cluster mode: leave ${path}.slots out.`),
  allowShard(
    'nodeGroupId',
    exactly(ONLY_NODE_GROUP),
    `${path}.nodeGroupId must be ${ONLY_NODE_GROUP} or left out.`,
  ),
  allowShard(
    'replicaCount',
    between(0, MAX_REPLICAS),
    `${path}.replicaCount must be between 0 and ${MAX_REPLICAS}.`,
  ),
]

export type Nodes = Pick<
  ReplicationGroupPlan,
  'zones' | 'automaticFailoverEnabled' | 'multiAZEnabled' | 'shards'
>

/** Without cluster mode: how many nodes, where, and what becomes of them when one is lost. */
export function checkNodes(findings: Findings, request: Request): Nodes {
  applyRules(findings, request, RULES)
  const [shard] = request.nodeGroupConfiguration ?? []
  if (shard !== undefined) applyRules(findings, shard, shardRules('nodeGroupConfiguration[0]'))
  const count = countNodes(findings, request, shard)
  const zones = checkZones(findings, request, shard, count)
  const automaticFailoverEnabled = request.automaticFailoverEnabled ?? false
  const multiAZEnabled = request.multiAZEnabled ?? false
  if (automaticFailoverEnabled && count < 2)
    findings.combination('automaticFailoverEnabled', AUTOMATIC_FAILOVER_NEEDS)
  if (multiAZEnabled && (!automaticFailoverEnabled || count < 2))
    findings.combination('multiAZEnabled', MULTI_AZ_NEEDS)
  else if (multiAZEnabled && isOneZone(zones)) findings.combination('multiAZEnabled', MULTI_AZ_SPREADS)
  return { zones, automaticFailoverEnabled, multiAZEnabled, shards: null }
}

export const AUTOMATIC_FAILOVER_NEEDS =
  'When using automatic failover, there must be at least 2 cache clusters in the replication group.'
export const MULTI_AZ_NEEDS = 'Multi-AZ needs automatic failover and at least one replica.'
export const MULTI_AZ_SPREADS = 'Multi-AZ needs nodes in at least two availability zones.'

/** A node that may be placed anywhere will be placed apart from the others. */
export function isOneZone(zones: readonly (string | null)[]): boolean {
  return !zones.includes(null) && new Set(zones).size === 1
}

/** The number may be said in several ways, which must agree. */
function countNodes(findings: Findings, request: Request, shard: NodeGroupConfiguration | undefined): number {
  const replicas = shard?.replicaCount ?? shard?.replicaAvailabilityZones?.length
  const said = [
    { path: 'numCacheClusters', nodes: request.numCacheClusters },
    { path: 'replicasPerNodeGroup', nodes: plusOne(request.replicasPerNodeGroup) },
    { path: 'nodeGroupConfiguration', nodes: plusOne(replicas) },
  ].filter((one) => one.nodes !== undefined)
  const count = said[0]?.nodes ?? 1
  for (const { path } of said.filter((one) => one.nodes !== count)) {
    findings.combination(
      path,
      `${said[0]?.path} and ${path} must mean the same number of nodes: one primary and its replicas.`,
    )
  }
  return count
}

const plusOne = (n: number | undefined): number | undefined => (n === undefined ? undefined : n + 1)

function checkZones(
  findings: Findings,
  request: Request,
  shard: NodeGroupConfiguration | undefined,
  count: number,
): (string | null)[] {
  const zones = request.preferredCacheClusterAZs ?? []
  const ofShard = shardZones(findings, shard, count)
  if (zones.length === 0) return ofShard ?? anywhere(count)
  if (ofShard !== null) {
    findings.combination(
      'preferredCacheClusterAZs',
      'Name the zones either in preferredCacheClusterAZs or in nodeGroupConfiguration, not in both.',
    )
  }
  if (zones.length !== count) {
    findings.combination(
      'preferredCacheClusterAZs',
      `preferredCacheClusterAZs must name as many zones as there are nodes, which is ${count}.`,
    )
  }
  return zones.map((zone) => checkZone(findings, 'preferredCacheClusterAZs', zone))
}

/** Null when the shard's configuration names none. */
function shardZones(
  findings: Findings,
  shard: NodeGroupConfiguration | undefined,
  count: number,
): (string | null)[] | null {
  const { primaryAvailabilityZone: primary, replicaAvailabilityZones: replicas = [] } = shard ?? {}
  if (primary === undefined && replicas.length === 0) return null
  const path = 'nodeGroupConfiguration[0].replicaAvailabilityZones'
  if (replicas.length > 0 && replicas.length !== count - 1) {
    findings.combination(
      path,
      `${path} must name as many zones as there are replicas, which is ${count - 1}.`,
    )
  }
  return [
    primary === undefined
      ? null
      : checkZone(findings, 'nodeGroupConfiguration[0].primaryAvailabilityZone', primary),
    ...(replicas.length > 0 ? replicas.map((zone) => checkZone(findings, path, zone)) : anywhere(count - 1)),
  ]
}

/** A count that is out of range has been found already; a plan with findings is never used. */
function anywhere(count: number): null[] {
  return Array.from({ length: Math.max(0, Math.min(count, MAX_NODES)) }, () => null)
}
