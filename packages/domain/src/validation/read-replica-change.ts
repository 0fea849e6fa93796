import type { GroupReplicaDecrease, GroupReplicaIncrease } from '../ports/replica-count.ts'
import { Findings, missing } from './findings.ts'
import { checkIdentifier, checkZone, MAX_CACHE_CLUSTER_ID } from './identifiers.ts'
import { MAX_REPLICAS } from './nodes.ts'
import type { DecreaseReplicaCountRequest, IncreaseReplicaCountRequest } from './requests.ts'
import { between } from './rules.ts'

const COUNTED = between(0, MAX_REPLICAS)

/** Throws what is wrong with the request whatever the group, or returns what is asked for. */
export function readReplicaIncrease(request: IncreaseReplicaCountRequest): GroupReplicaIncrease {
  const findings = new Findings()
  checkImmediately(findings, request)
  checkChoice(findings, {
    newReplicaCount: request.newReplicaCount,
    replicaConfiguration: request.replicaConfiguration,
  })
  const wishes = readCounts(findings, request)
  const increase = wishes.map(({ path, nodeGroupId, newReplicaCount, zones }) => ({
    nodeGroupId,
    newReplicaCount,
    zones: checkZones(findings, path, zones, newReplicaCount),
  }))
  findings.throwIfAny()
  return increase
}

export function readReplicaDecrease(request: DecreaseReplicaCountRequest): GroupReplicaDecrease {
  const findings = new Findings()
  checkImmediately(findings, request)
  checkChoice(findings, {
    newReplicaCount: request.newReplicaCount,
    replicaConfiguration: request.replicaConfiguration,
    replicasToRemove: request.replicasToRemove,
  })
  const wishes = readCounts(findings, request)
  for (const { path, zones } of wishes)
    if (zones !== undefined)
      findings.combination(
        `${path}preferredAvailabilityZones`,
        'Zones cannot be preferred when replicas go: name the replicas in replicasToRemove.',
      )
  const shards = wishes.map(({ nodeGroupId, newReplicaCount }) => ({ nodeGroupId, newReplicaCount }))
  const replicasToRemove = (request.replicasToRemove ?? []).map((name, i) =>
    checkIdentifier(findings, `replicasToRemove[${i}]`, name, MAX_CACHE_CLUSTER_ID),
  )
  findings.throwIfAny()
  return { shards, replicasToRemove: [...new Set(replicasToRemove)] }
}

interface CountWish {
  /** Of the members that say it. */
  path: string
  nodeGroupId: string | null
  newReplicaCount: number
  zones: string[] | undefined
}

/** Empty when no number is given. */
function readCounts(
  findings: Findings,
  { newReplicaCount, replicaConfiguration = [] }: IncreaseReplicaCountRequest,
): CountWish[] {
  if (newReplicaCount !== undefined) {
    checkCount(findings, 'newReplicaCount', newReplicaCount)
    return [{ path: '', nodeGroupId: null, newReplicaCount, zones: undefined }]
  }
  const seen = new Set<string>()
  return replicaConfiguration.map((shard, i) => {
    const path = `replicaConfiguration[${i}].`
    const { nodeGroupId, newReplicaCount: count, preferredAvailabilityZones: zones } = shard
    if (nodeGroupId === undefined) findings.value(`${path}nodeGroupId`, missing(`${path}nodeGroupId`))
    else if (seen.has(nodeGroupId))
      findings.value(`${path}nodeGroupId`, `${path}nodeGroupId must not be that of another element.`)
    seen.add(nodeGroupId ?? '')
    if (count === undefined) findings.value(`${path}newReplicaCount`, missing(`${path}newReplicaCount`))
    else checkCount(findings, `${path}newReplicaCount`, count)
    return { path, nodeGroupId: nodeGroupId ?? null, newReplicaCount: count ?? 0, zones }
  })
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

function checkCount(findings: Findings, path: string, count: number): void {
  if (!COUNTED(count)) findings.value(path, `${path} must be between 0 and ${MAX_REPLICAS}.`)
}

function checkZones(
  findings: Findings,
  at: string,
  zones: readonly string[] = [],
  newReplicaCount: number,
): string[] | null {
  if (zones.length === 0) return null
  const path = `${at}preferredAvailabilityZones`
  if (zones.length !== newReplicaCount + 1)
    findings.combination(
      path,
      `${path} must name a zone for the primary and for each replica, which is ${newReplicaCount + 1}.`,
    )
  return zones.map((zone) => checkZone(findings, path, zone))
}
