import { ServiceError } from '../errors.ts'
import type { ShardChange } from '../ports/store.ts'
import { Findings, missing } from './findings.ts'
import { checkZone } from './identifiers.ts'
import { MAX_SHARDS } from './nodes.ts'
import type { ModifyShardConfigurationRequest, ReshardingConfiguration } from './requests.ts'
import { between } from './rules.ts'

export const SHARDS_QUOTA = 90
const NODE_GROUP_ID = /^\d{1,4}$/

/** Throws what is wrong with the request whatever the group, or returns what is asked for. */
export function readShardChange(request: ModifyShardConfigurationRequest): ShardChange {
  const { nodeGroupCount, applyImmediately, reshardingConfiguration = [] } = request
  const findings = new Findings()
  if (applyImmediately === undefined) findings.value('applyImmediately', missing('applyImmediately'))
  else if (!applyImmediately)
    findings.value(
      'applyImmediately',
      'Shards come and go at once or not at all: applyImmediately must be true.',
    )
  if (nodeGroupCount === undefined) findings.value('nodeGroupCount', missing('nodeGroupCount'))
  else if (!between(1, MAX_SHARDS)(nodeGroupCount))
    findings.value('nodeGroupCount', `nodeGroupCount must be between 1 and ${MAX_SHARDS}.`)
  const remove = checkIds(findings, 'nodeGroupsToRemove', request.nodeGroupsToRemove)
  const retain = checkIds(findings, 'nodeGroupsToRetain', request.nodeGroupsToRetain)
  if (remove.length > 0 && retain.length > 0)
    findings.combination(
      'nodeGroupsToRetain',
      'Use exactly one of nodeGroupsToRemove and nodeGroupsToRetain.',
    )
  const added = reshardingConfiguration.map((shard, i) => checkAdded(findings, shard, i))
  checkIds(
    findings,
    'reshardingConfiguration',
    added.flatMap(({ nodeGroupId }) => nodeGroupId ?? []),
  )
  findings.throwIfAny()
  const count = nodeGroupCount ?? 1
  if (count > SHARDS_QUOTA) throw tooManyShards()
  return { nodeGroupCount: count, added, remove, retain }
}

export function tooManyShards(): ServiceError {
  return new ServiceError(
    'NodeGroupsPerReplicationGroupQuotaExceeded',
    `The request cannot be processed because it would exceed the maximum of ${SHARDS_QUOTA} node groups (shards) in a single replication group.`,
  )
}

function checkIds(findings: Findings, path: string, ids: readonly string[] = []): string[] {
  if (ids.some((id) => !NODE_GROUP_ID.test(id)))
    findings.value(path, `${path} must name shards by one to four digits, such as 0001.`)
  const padded = ids.map((id) => id.padStart(4, '0'))
  if (new Set(padded).size !== padded.length) findings.value(path, `${path} must not name a shard twice.`)
  return padded
}

function checkAdded(
  findings: Findings,
  { nodeGroupId, preferredAvailabilityZones: zones = [] }: ReshardingConfiguration,
  i: number,
): ShardChange['added'][number] {
  const path = `reshardingConfiguration[${i}].preferredAvailabilityZones`
  return {
    nodeGroupId: nodeGroupId?.padStart(4, '0') ?? null,
    zones: zones.length === 0 ? null : zones.map((zone) => checkZone(findings, path, zone)),
  }
}
