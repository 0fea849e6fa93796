import { ServiceError } from '../errors.ts'
import type { ReplicaDecrease, ReplicaIncrease } from '../ports/replica-count.ts'
import type { CacheCluster, NodeGroup, ReplicationGroup } from '../resources.ts'
import { Findings, shown } from './findings.ts'
import { isOneZone } from './nodes.ts'
import { primaryOf } from './plan-group-change.ts'

/** Replicas that are to come: their names, and a zone for each or null to leave the choice. */
export interface ReplicaIncreasePlan {
  cacheClusterIds: string[]
  zones: (string | null)[]
}

/**
 * Judges a wish for more replicas by the group as it stands (elasticache-reference, 2.7).
 *
 * @param taken names of other cache clusters that look like those of members
 */
export function planReplicaIncrease(
  group: ReplicationGroup,
  shard: NodeGroup,
  wish: ReplicaIncrease,
  taken: readonly string[] = [],
): ReplicaIncreasePlan {
  const { members } = shard
  const current = members.length - 1
  const added = wish.newReplicaCount - current
  if (added === 0) throw noOperation(current)
  const findings = new Findings()
  if (added < 0)
    findings.value(
      'newReplicaCount',
      `newReplicaCount must be more than the current number of replicas, which is ${current}.`,
    )
  const zones = wish.zones === null ? null : zonesLeft(findings, members, wish.zones)
  findings.throwIfAny()
  return {
    cacheClusterIds: nextMemberIds(group, shard, added, taken),
    zones: zones ?? Array.from({ length: added }, () => null),
  }
}

/** Nodes do not move, so those that stand have taken their zones out of the list. */
function zonesLeft(
  findings: Findings,
  members: readonly CacheCluster[],
  wanted: readonly string[],
): string[] {
  const left = [...wanted]
  for (const { zone } of members.flatMap((member) => member.nodes)) {
    const at = left.indexOf(zone)
    if (at >= 0) left.splice(at, 1)
    else
      findings.combination(
        'preferredAvailabilityZones',
        `preferredAvailabilityZones must also name the zones of the nodes there are, and one is in ${zone}: nodes do not move.`,
      )
  }
  return left
}

/** Named as those that there are. The next free suffixes: `sessions-002` comes back once it is free. */
function nextMemberIds(
  group: ReplicationGroup,
  { nodeGroupId, members: own }: NodeGroup,
  count: number,
  others: readonly string[],
): string[] {
  const members = group.nodeGroups.flatMap((shard) => shard.members.map((one) => one.cacheClusterId))
  const byShard = own.some(({ cacheClusterId }) =>
    cacheClusterId.startsWith(`${group.replicationGroupId}-${nodeGroupId}-`),
  )
  const taken = new Set([...members, ...others])
  const ids: string[] = []
  for (let n = 1; ids.length < count; n++) {
    const id = memberId(group.replicationGroupId, n, byShard ? nodeGroupId : null)
    if (!taken.has(id)) ids.push(id)
  }
  return ids
}

/** `sessions-001`, or with cluster mode enabled `sessions-0001-001`. */
export function memberId(replicationGroupId: string, n: number, nodeGroupId: string | null = null): string {
  const prefix = nodeGroupId === null ? replicationGroupId : `${replicationGroupId}-${nodeGroupId}`
  return `${prefix}-${String(n).padStart(3, '0')}`
}

/** Judges a wish for fewer replicas by the group as it stands; returns the CacheClusterIds of those that go. */
export function planReplicaDecrease(
  group: ReplicationGroup,
  shard: NodeGroup,
  wish: ReplicaDecrease,
): string[] {
  const current = shard.members.length - 1
  const wanted = wish.newReplicaCount ?? current - wish.replicasToRemove.length
  const path = wish.newReplicaCount === null ? 'replicasToRemove' : 'newReplicaCount'
  const findings = new Findings()
  for (const name of wish.replicasToRemove) checkVictim(findings, group, shard, name)
  if (wanted > current)
    findings.value(path, `${path} must be less than the current number of replicas, which is ${current}.`)
  if (wanted < minimumOf(group)) findings.combination(path, mustStay(group))
  findings.throwIfAny()
  if (wanted === current) throw noOperation(current)
  const victims = wish.newReplicaCount === null ? [...wish.replicasToRemove] : chooseVictims(shard, wanted)
  refuseOneZone(group, shard, victims, path)
  return victims
}

/** A shard may be without replicas: failover cannot be turned off with cluster mode enabled. */
function minimumOf({ automaticFailoverEnabled, multiAZEnabled, clusterEnabled }: ReplicationGroup): number {
  return multiAZEnabled || (automaticFailoverEnabled && !clusterEnabled) ? 1 : 0
}

const mustStay = ({ clusterEnabled }: ReplicationGroup): string =>
  clusterEnabled
    ? 'At least one replica must stay in each shard while Multi-AZ is on: turn it off first.'
    : 'At least one replica must stay while automatic failover or Multi-AZ is on: turn them off first.'

function checkVictim(findings: Findings, group: ReplicationGroup, shard: NodeGroup, name: string): void {
  if (!shard.members.some((member) => member.cacheClusterId === name))
    findings.value(
      'replicasToRemove',
      `Cache cluster ${shown(name)} is not a member of replication group ${group.replicationGroupId}.`,
    )
  else if (primaryOf(shard) === name)
    findings.value(
      'replicasToRemove',
      `Cache cluster ${name} is serving as primary for replication group ${group.replicationGroupId} and cannot be removed.`,
    )
}

/** From the fullest zone first, so that what stays is spread; of several there, the youngest name. */
function chooseVictims(shard: NodeGroup, keep: number): string[] {
  const primary = primaryOf(shard)
  const zoneOf = (member: CacheCluster): string => member.nodes[0]?.zone ?? ''
  let left = [...shard.members]
  const victims: string[] = []
  while (left.length - 1 > keep) {
    const inZone = (member: CacheCluster): number =>
      left.filter((one) => zoneOf(one) === zoneOf(member)).length
    const [next] = left
      .filter((member) => member.cacheClusterId !== primary)
      .sort((a, b) => inZone(b) - inZone(a) || (a.cacheClusterId < b.cacheClusterId ? 1 : -1))
    if (next === undefined) break
    victims.push(next.cacheClusterId)
    left = left.filter((member) => member !== next)
  }
  return victims
}

function refuseOneZone(
  group: ReplicationGroup,
  shard: NodeGroup,
  victims: readonly string[],
  path: string,
): void {
  if (!group.multiAZEnabled) return
  const zones = (members: readonly CacheCluster[]) =>
    members.flatMap((one) => one.nodes.map((node) => node.zone))
  const staying = shard.members.filter((member) => !victims.includes(member.cacheClusterId))
  if (isOneZone(zones(shard.members)) || !isOneZone(zones(staying))) return
  const message =
    'Multi-AZ is on, and what stays would be in one availability zone: choose other replicas to remove.'
  throw new ServiceError('InvalidParameterCombination', message, [{ path, message }])
}

function noOperation(current: number): ServiceError {
  return new ServiceError('NoOperationFault', `The number of replicas is ${current} already.`)
}
