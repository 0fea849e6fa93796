import { type Engine, findEngineVersion } from '../engines.ts'
import type { GroupChange } from '../ports/store.ts'
import type { NodeChoice, PendingChange, ReplicationGroup } from '../resources.ts'
import { canFollow } from '../rolling/can-follow.ts'
import { choiceOf, isSameChoice, isSameEngine, pickChoice } from '../rolling/node-choice.ts'
import { checkEngineVersion } from './engine-version.ts'
import type { Findings } from './findings.ts'
import { checkNodeType } from './node-type.ts'
import { defaultParameterGroup } from '../parameters/families.ts'
import { planTransitEncryption } from './plan-transit-encryption.ts'

/** What becomes of the pending change: it stays, is dropped, or is this one. */
export type ChoicePlan =
  { kind: 'keep' } | { kind: 'drop' } | ({ kind: 'set' } & Pick<PendingChange, 'wanted' | 'state'>)

/**
 * Judges a wish for another engine, version, node type or encryption in transit by the group as it stands (elasticache-reference, 2.2, 5.4): a newer
 * wish replaces an older one member by member, and one for now takes along what waits. Asking for what there is takes a
 * wish back, and nodes that were brought over already.
 */
export function planChoice(findings: Findings, group: ReplicationGroup, change: GroupChange): ChoicePlan {
  const { choice = {}, transitEncryption = {}, deferred = true } = change
  const { pending } = group
  const isEncryptionAsked = Object.keys(transitEncryption).length > 0
  const isAsked = Object.keys(choice).length > 0 || isEncryptionAsked
  const isHurried = !deferred && change.primaryClusterId === undefined && pending?.state === 'waiting'
  if (!isAsked && !isHurried) return { kind: 'keep' }
  const wanted = complete(findings, group, choice, isEncryptionAsked ? transitEncryption : null)
  if (wanted === null) return { kind: 'keep' }
  checkPath(findings, group, wanted)
  if (change.primaryClusterId !== undefined)
    findings.combination(
      'primaryClusterId',
      'Another primary is promoted in a request of its own: leave engine, engineVersion, cacheNodeType and encryption in transit out, or primaryClusterId.',
    )
  if (choices(group).every((one) => isSameChoice(one, wanted))) return { kind: 'drop' }
  return { kind: 'set', wanted, state: deferred ? 'waiting' : 'rolling' }
}

/** The wish with everything that it leaves out. Another engine without a version is its newest. */
function complete(
  findings: Findings,
  group: ReplicationGroup,
  choice: Partial<NodeChoice>,
  encryption: GroupChange['transitEncryption'] | null,
): NodeChoice | null {
  const before = group.pending?.wanted ?? pickChoice(group)
  const engine = choice.engine ?? before.engine
  const isOther = engine !== before.engine
  const asked = choice.engineVersion ?? (isOther ? undefined : before.engineVersion)
  const version = checkEngineVersion(findings, engine, asked)
  if (version === null) return null
  const cacheNodeType = choice.cacheNodeType ?? before.cacheNodeType
  if (checkNodeType(findings, cacheNodeType, version) === null) return null
  const mode = before.transitEncryptionMode
  const transitEncryptionMode = encryption
    ? planTransitEncryption(findings, group, mode, choices(group), encryption)
    : mode
  return { engine, engineVersion: version.version, cacheNodeType, transitEncryptionMode }
}

/** Every version that serves must be able to hand its data on to the wanted one, and there is no way back to an older. */
function checkPath(findings: Findings, group: ReplicationGroup, wanted: NodeChoice): void {
  const now = pickChoice(group)
  const primaries = group.nodeGroups.flatMap((shard) =>
    shard.members.flatMap((cluster) =>
      cluster.nodes
        .filter((node) => node.id === shard.primaryNodeId)
        .map((node) => choiceOf({ node, cluster })),
    ),
  )
  for (const from of [...(isSameEngine(now, wanted) ? [] : [now]), ...primaries]) {
    if (isSameEngine(from, wanted)) continue
    if (from.engine === 'valkey' && wanted.engine === 'redis')
      return findings.combination(
        'engine',
        'Valkey cannot be changed to Redis: create another replication group.',
      )
    if (!canFollow(wanted, from)) return findings.combination('engineVersion', noWay(from, wanted))
  }
  if (!isSameEngine(now, wanted)) checkParameterGroup(findings, group, wanted)
}

function noWay(from: NodeChoice, wanted: NodeChoice): string {
  const [old, asked] = [`${from.engine} ${from.engineVersion}`, `${wanted.engine} ${wanted.engineVersion}`]
  if (from.engine !== wanted.engine)
    return `${old} cannot be upgraded to ${asked}, which does not read its data: create another replication group.`
  return `The engine version cannot be downgraded from ${from.engineVersion} to ${wanted.engineVersion}: create another replication group.`
}

/** The default group of the old family makes way for the new family's. */
function checkParameterGroup(findings: Findings, group: ReplicationGroup, wanted: NodeChoice): void {
  const groupOf = (choice: NodeChoice) => parameterGroupOf(choice, group.clusterEnabled)
  const [old, next] = [groupOf(group), groupOf(wanted)]
  if (old === next || group.cacheParameterGroupName === old) return
  findings.combination(
    'engineVersion',
    `Cache parameter group ${group.cacheParameterGroupName} is not of the family that ${wanted.engine} ${wanted.engineVersion} needs: choose ${next} first.`,
  )
}

/** The default parameter group of a version. */
export function parameterGroupOf(
  { engine, engineVersion }: { engine: Engine; engineVersion: string },
  isCluster: boolean,
): string {
  const version = findEngineVersion(engine, engineVersion)
  return version === undefined ? '' : defaultParameterGroup(version, isCluster)
}

function choices(group: ReplicationGroup): NodeChoice[] {
  const nodes = group.nodeGroups.flatMap((shard) =>
    shard.members.flatMap((cluster) => cluster.nodes.map((node) => choiceOf({ node, cluster }))),
  )
  return [pickChoice(group), ...nodes]
}
