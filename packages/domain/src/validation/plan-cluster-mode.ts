import type { GroupChange } from '../ports/store.ts'
import type { ClusterMode, ReplicationGroup } from '../resources.ts'
import type { Findings } from './findings.ts'

/** What may come with another mode: the rest is for requests of their own (elasticache-reference, 2.6). */
const BESIDE: readonly (keyof GroupChange)[] = ['clusterMode', 'cacheParameterGroupName', 'deferred']

/** What each mode may become. */
const WAYS: Readonly<Record<ClusterMode, readonly ClusterMode[]>> = {
  disabled: [],
  compatible: ['enabled'],
  enabled: [],
}

/** Judges a wish for another cluster mode by the group as it stands. Null when it stays. */
export function planClusterMode(
  findings: Findings,
  { clusterMode: now, pending }: ReplicationGroup,
  change: GroupChange,
): ClusterMode | null {
  const wanted = change.clusterMode
  if (wanted === undefined || wanted === now) return null
  const next = WAYS[now].find((mode) => mode === wanted)
  if (next === undefined) {
    findings.value(
      'clusterMode',
      `The cluster mode of this group is ${now}: clusterMode must be ${[now, ...WAYS[now]].join(' or ')}, or left out.`,
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
  if (pending !== null)
    findings.combination(
      'clusterMode',
      'The cluster mode cannot be changed while another modification is pending: have that applied or taken back first.',
    )
  return next
}
