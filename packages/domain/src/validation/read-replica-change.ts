import { ServiceError } from '../errors.ts'
import type { ReplicaDecrease, ReplicaIncrease } from '../ports/store.ts'
import { Findings, missing, shown } from './findings.ts'
import { checkIdentifier, checkZone, MAX_CACHE_CLUSTER_ID } from './identifiers.ts'
import { MAX_REPLICAS, ONLY_NODE_GROUP } from './nodes.ts'
import type {
  DecreaseReplicaCountRequest,
  IncreaseReplicaCountRequest,
  ReplicaConfiguration,
} from './requests.ts'
import { between } from './rules.ts'

const COUNTED = between(0, MAX_REPLICAS)

/** Throws what is wrong with the request whatever the group, or returns what is asked for. */
export function readReplicaIncrease(request: IncreaseReplicaCountRequest): ReplicaIncrease {
  const findings = new Findings()
  checkImmediately(findings, request)
  checkChoice(findings, {
    newReplicaCount: request.newReplicaCount,
    replicaConfiguration: request.replicaConfiguration,
  })
  const shard = readShard(findings, request)
  const newReplicaCount = checkCount(findings, request, shard) ?? 0
  const zones = checkZones(findings, shard, newReplicaCount)
  findings.throwIfAny()
  requireNodeGroup(shard?.nodeGroupId)
  return { newReplicaCount, zones }
}

export function readReplicaDecrease(request: DecreaseReplicaCountRequest): ReplicaDecrease {
  const findings = new Findings()
  checkImmediately(findings, request)
  checkChoice(findings, {
    newReplicaCount: request.newReplicaCount,
    replicaConfiguration: request.replicaConfiguration,
    replicasToRemove: request.replicasToRemove,
  })
  const shard = readShard(findings, request)
  if (shard?.preferredAvailabilityZones !== undefined)
    findings.combination(
      'replicaConfiguration[0].preferredAvailabilityZones',
      'Zones cannot be preferred when replicas go: name the replicas in replicasToRemove.',
    )
  const newReplicaCount = checkCount(findings, request, shard)
  const replicasToRemove = (request.replicasToRemove ?? []).map((name, i) =>
    checkIdentifier(findings, `replicasToRemove[${i}]`, name, MAX_CACHE_CLUSTER_ID),
  )
  findings.throwIfAny()
  requireNodeGroup(shard?.nodeGroupId)
  return { newReplicaCount, replicasToRemove: [...new Set(replicasToRemove)] }
}

/** There is one node group, `0001`, in every replication group. */
function requireNodeGroup(nodeGroupId: string | undefined): void {
  if (nodeGroupId === undefined || nodeGroupId === ONLY_NODE_GROUP) return
  throw new ServiceError('NodeGroupNotFoundFault', `Node group ${shown(nodeGroupId)} not found.`, [
    { path: 'nodeGroupId', message: `There is no such node group; there is ${ONLY_NODE_GROUP}.` },
  ])
}

function checkImmediately(findings: Findings, { applyImmediately }: IncreaseReplicaCountRequest): void {
  if (applyImmediately === undefined) findings.value('applyImmediately', missing('applyImmediately'))
  else if (!applyImmediately)
    findings.value(
      'applyImmediately',
      'Replicas come and go at once or not at all: applyImmediately must be true.',
    )
}

function checkChoice(findings: Findings, choice: Record<string, unknown>): void {
  const names = Object.keys(choice)
  const given = names.filter((name) => {
    const value = choice[name]
    return value !== undefined && !(Array.isArray(value) && value.length === 0)
  })
  if (given.length !== 1)
    findings.combination(given[1] ?? names[0] ?? '', `Use exactly one of ${names.join(', ')}.`)
}

function readShard(
  findings: Findings,
  { replicaConfiguration = [] }: IncreaseReplicaCountRequest,
): ReplicaConfiguration | undefined {
  if (replicaConfiguration.length > 1)
    findings.value(
      'replicaConfiguration',
      'A replication group has one shard: replicaConfiguration must have one element.',
    )
  const [shard] = replicaConfiguration
  if (shard !== undefined && shard.nodeGroupId === undefined)
    findings.value('replicaConfiguration[0].nodeGroupId', missing('replicaConfiguration[0].nodeGroupId'))
  return shard
}

/** Null when no number is given. */
function checkCount(
  findings: Findings,
  request: IncreaseReplicaCountRequest,
  shard: ReplicaConfiguration | undefined,
): number | null {
  const inShard = shard !== undefined && request.newReplicaCount === undefined
  const path = inShard ? 'replicaConfiguration[0].newReplicaCount' : 'newReplicaCount'
  const count = inShard ? shard.newReplicaCount : request.newReplicaCount
  if (count === undefined) {
    if (inShard) findings.value(path, missing(path))
    return null
  }
  if (!COUNTED(count)) findings.value(path, `${path} must be between 0 and ${MAX_REPLICAS}.`)
  return count
}

function checkZones(
  findings: Findings,
  shard: ReplicaConfiguration | undefined,
  newReplicaCount: number,
): string[] | null {
  const zones = shard?.preferredAvailabilityZones ?? []
  if (zones.length === 0) return null
  const path = 'replicaConfiguration[0].preferredAvailabilityZones'
  if (zones.length !== newReplicaCount + 1)
    findings.combination(
      path,
      `${path} must name a zone for the primary and for each replica, which is ${newReplicaCount + 1}.`,
    )
  return zones.map((zone) => checkZone(findings, path, zone))
}
