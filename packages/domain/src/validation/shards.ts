import { parseSlots, rangesOf, SLOTS, slotsIn, splitSlots, type SlotRange } from '../cluster/slots.ts'
import type { ShardPlan } from '../ports/store.ts'
import { CLUSTER_MODES, type ClusterMode } from '../resources.ts'
import type { Findings } from './findings.ts'
import { checkZone } from './identifiers.ts'
import { isOneZone, MAX_REPLICAS, MAX_SHARDS, MULTI_AZ_NEEDS, MULTI_AZ_SPREADS, type Nodes } from './nodes.ts'
import type { CreateReplicationGroupRequest, NodeGroupConfiguration } from './requests.ts'
import { SHARDS_QUOTA, tooManyShards } from './read-shard-change.ts'
import { applyRules, between, empty, exactly, never, ruleFor } from './rules.ts'

type Request = CreateReplicationGroupRequest

const allow = ruleFor<Request>()
const NODE_GROUP_ID = /^\d{1,4}$/

const RULES = [
  allow('numNodeGroups', between(1, MAX_SHARDS), `numNodeGroups must be between 1 and ${MAX_SHARDS}.`),
  allow(
    'replicasPerNodeGroup',
    between(0, MAX_REPLICAS),
    `replicasPerNodeGroup must be between 0 and ${MAX_REPLICAS}.`,
  ),
  allow(
    'automaticFailoverEnabled',
    exactly(true),
    'Redis with cluster mode enabled cannot be created with auto failover turned off.',
  ),
  allow(
    'numCacheClusters',
    never,
    'With cluster mode, nodes are counted by shard: use numNodeGroups and replicasPerNodeGroup, and leave numCacheClusters out.',
    'combination',
  ),
  allow(
    'preferredCacheClusterAZs',
    empty,
    'With cluster mode, zones are named by shard: use nodeGroupConfiguration, and leave preferredCacheClusterAZs out.',
    'combination',
  ),
]

/**
 * ElastiCache takes the mode from whatever implies it (elasticache-reference, 2.4), unless it is said.
 * @param isClusterGroup whether a parameter group of the user's own is asked for that has it
 */
export function clusterModeOf(request: Request, isClusterGroup = false): ClusterMode {
  const said = CLUSTER_MODES.find((mode) => mode === request.clusterMode)
  if (said !== undefined) return said
  const hasClusterGroup =
    isClusterGroup || request.cacheParameterGroupName?.toLowerCase().endsWith('.cluster.on') === true
  const shards = Math.max(request.numNodeGroups ?? 1, request.nodeGroupConfiguration?.length ?? 1)
  return hasClusterGroup || shards > 1 ? 'enabled' : 'disabled'
}

/** The shards of a group in cluster mode, where their nodes go, and which slots they serve. */
export function checkShards(findings: Findings, request: Request): Nodes {
  applyRules(findings, request, RULES)
  const configured = request.nodeGroupConfiguration ?? []
  const count = countShards(findings, request, configured)
  if (request.clusterMode === 'compatible' && count > 1)
    findings.combination(
      'numNodeGroups',
      'With clusterMode compatible a replication group has one shard: numNodeGroups must be 1 or left out.',
    )
  const configurations = Array.from({ length: count }, (_, i) => configured[i] ?? {})
  const ids = checkIds(findings, configurations)
  const slots = checkSlots(findings, configurations)
  const zones = configurations.map((shard, i) => checkNodes(findings, request, shard, i))
  const multiAZEnabled = request.multiAZEnabled ?? false
  if (multiAZEnabled && zones.some((ofShard) => ofShard.length < 2))
    findings.combination('multiAZEnabled', MULTI_AZ_NEEDS)
  else if (multiAZEnabled && zones.some(isOneZone)) findings.combination('multiAZEnabled', MULTI_AZ_SPREADS)
  const shards = zones.map((ofShard, i): ShardPlan => ({
    nodeGroupId: ids[i] ?? '',
    slots: slots[i] ?? [],
    nodeCount: ofShard.length,
  }))
  return { zones: zones.flat(), automaticFailoverEnabled: true, multiAZEnabled, shards }
}

/** Thrown once nothing else is wrong. */
export function requireShardQuota(shards: readonly ShardPlan[] | null): void {
  if (shards !== null && shards.length > SHARDS_QUOTA) throw tooManyShards()
}

function countShards(
  findings: Findings,
  { numNodeGroups }: Request,
  configured: readonly NodeGroupConfiguration[],
): number {
  const count = numNodeGroups ?? Math.max(configured.length, 1)
  if (configured.length > 0 && configured.length !== count)
    findings.combination(
      'nodeGroupConfiguration',
      'nodeGroupConfiguration must have as many elements as numNodeGroups says.',
    )
  return between(1, MAX_SHARDS)(count) ? count : 1
}

function checkIds(findings: Findings, configurations: readonly NodeGroupConfiguration[]): string[] {
  const given = configurations.map(({ nodeGroupId }) => nodeGroupId)
  for (const [i, id] of given.entries()) {
    const path = `nodeGroupConfiguration[${i}].nodeGroupId`
    if (id === undefined) continue
    if (!NODE_GROUP_ID.test(id)) findings.value(path, `${path} must be one to four digits.`)
    else if (given.some((other, j) => j < i && Number(other) === Number(id)))
      findings.value(path, `${path} must not be the number of another shard.`)
  }
  const taken = new Set(given.map(Number))
  let next = 0
  return given.map((id) => {
    if (id !== undefined) return id
    do next += 1
    while (taken.has(next))
    return String(next).padStart(4, '0')
  })
}

/** All shards say theirs, and each slot once, or none does. */
function checkSlots(findings: Findings, configurations: readonly NodeGroupConfiguration[]): SlotRange[][] {
  const given = configurations.flatMap(({ slots }, i) => (slots === undefined ? [] : [{ i, slots }]))
  if (given.length === 0) return splitSlots(configurations.length).map((range) => [range])
  const parsed = given.map(({ i, slots }) => {
    const path = `nodeGroupConfiguration[${i}].slots`
    const ranges = parseSlots(slots)
    if (ranges === null)
      findings.value(path, `${path} must be ranges of 0-${SLOTS - 1}, such as 0-5460,10923.`)
    return ranges ?? []
  })
  const all = parsed.flatMap(slotsIn)
  const areComplete = rangesOf(all).length === 1 && new Set(all).size === SLOTS && all.length === SLOTS
  if (!areComplete || given.length !== configurations.length)
    findings.combination(
      'nodeGroupConfiguration',
      `The slots of all shards together must be 0-${SLOTS - 1}, each of them once; or leave slots out of all of them.`,
    )
  return parsed
}

/** A zone for each node of a shard, or null to leave the choice. */
function checkNodes(
  findings: Findings,
  { replicasPerNodeGroup }: Request,
  shard: NodeGroupConfiguration,
  i: number,
): (string | null)[] {
  const path = (member: string): string => `nodeGroupConfiguration[${i}].${member}`
  const { primaryAvailabilityZone: primary, replicaAvailabilityZones: zones = [] } = shard
  const said = [shard.replicaCount, zones.length > 0 ? zones.length : undefined, replicasPerNodeGroup]
  const [replicas = 0, ...others] = said.filter((one) => one !== undefined)
  if (others.some((other) => other !== replicas))
    findings.combination(
      path('replicaCount'),
      `${path('replicaCount')}, ${path('replicaAvailabilityZones')} and replicasPerNodeGroup must mean the same number of replicas.`,
    )
  if (!between(0, MAX_REPLICAS)(replicas)) {
    // One that was said for all shards has been found already.
    if (shard.replicaCount !== undefined || zones.length > 0)
      findings.value(path('replicaCount'), `${path('replicaCount')} must be between 0 and ${MAX_REPLICAS}.`)
    return [null]
  }
  return [
    primary === undefined ? null : checkZone(findings, path('primaryAvailabilityZone'), primary),
    ...Array.from({ length: replicas }, (_, n) => {
      const zone = zones[n]
      return zone === undefined ? null : checkZone(findings, path('replicaAvailabilityZones'), zone)
    }),
  ]
}
