import { canCluster, findEngineVersion } from '../engines.ts'
import type { GroupChange } from '../ports/store.ts'
import type { ClusterMode, ReplicationGroup } from '../resources.ts'
import type { Findings } from './findings.ts'
import { parameterGroupOf } from './plan-choice.ts'

/** What may come with another mode: the rest is for requests of their own (elasticache-reference, 2.6). */
const BESIDE: readonly (keyof GroupChange)[] = ['clusterMode', 'cacheParameterGroupName', 'deferred']

/** What each mode may become. */
const WAYS: Readonly<Record<ClusterMode, readonly ClusterMode[]>> = {
  disabled: ['compatible'],
  compatible: ['enabled', 'disabled'],
  enabled: [],
}

/**
 * Judges a wish for another cluster mode by the group as it stands. Null when it stays; the mode that there is takes back a
 * change that has stopped.
 */
export function planClusterMode(
  findings: Findings,
  group: ReplicationGroup,
  change: GroupChange,
): ClusterMode | null {
  const { clusterMode: now, pending } = group
  const stopped = pending?.clusterMode ?? null
  const wanted = change.clusterMode
  if (wanted === undefined || (wanted === now && stopped === null)) return null
  const ways = [now, ...WAYS[now]]
  const next = ways.find((mode) => mode === wanted)
  if (next === undefined) {
    findings.value(
      'clusterMode',
      `The cluster mode of this group is ${now}: clusterMode must be ${ways.join(' or ')}, or left out.`,
    )
    return null
  }
  for (const path of Object.keys(change).filter((path) => BESIDE.every((one) => one !== path)))
    findings.combination(
      path,
      `The cluster mode is changed in a request of its own: leave ${path} out, or clusterMode.`,
    )
  if (change.deferred !== false)
    findings.combination(
      'applyImmediately',
      'The cluster mode is changed at once or not at all: with clusterMode, applyImmediately must be true.',
    )
  if (pending !== null && (stopped === null || next === 'enabled'))
    findings.combination(
      'clusterMode',
      'The cluster mode cannot be changed while another modification is pending: have that applied or taken back first.',
    )
  checkParameterGroup(findings, group, change, next)
  if (next === 'compatible') checkWayIn(findings, group)
  return next
}

/** The family's defaults for either are all that there is: of others nobody knows what they are with the other mode. */
function checkParameterGroup(
  findings: Findings,
  group: ReplicationGroup,
  { cacheParameterGroupName: asked }: GroupChange,
  next: ClusterMode,
): void {
  const [now, then] = [group.clusterMode !== 'disabled', next !== 'disabled'].map((isCluster) =>
    parameterGroupOf(group, isCluster),
  )
  if (asked !== undefined && asked !== then)
    findings.combination(
      'cacheParameterGroupName',
      `With clusterMode ${next}, cacheParameterGroupName must be ${then ?? ''} or left out.`,
    )
  if (now !== then && group.cacheParameterGroupName !== now)
    findings.combination(
      'clusterMode',
      `The cluster mode can be changed with the default parameter group only, and the group has ${group.cacheParameterGroupName}: choose ${now ?? ''} first.`,
    )
}

function checkWayIn(findings: Findings, group: ReplicationGroup): void {
  const { engine, engineVersion, automaticFailoverEnabled, nodeGroups } = group
  if (
    findEngineVersion(engine, engineVersion) === undefined ||
    !canCluster({ engine, version: engineVersion })
  )
    findings.combination(
      'clusterMode',
      `Cluster mode needs redis 7.0 or later, or valkey; the group has ${engine} ${engineVersion}.`,
    )
  if (group.transitEncryptionMode === 'preferred')
    findings.combination(
      'clusterMode',
      'Nodes of a cluster take TLS or plain text, not both: set transitEncryptionMode to required first.',
    )
  if (!automaticFailoverEnabled && nodeGroups.some(({ members }) => members.length > 1))
    findings.combination(
      'clusterMode',
      'In a cluster a replica takes over from a lost primary: set automaticFailoverEnabled to true first.',
    )
}
