import type { NodeReading } from '../ports/node-reading.ts'
import type { RouteTarget } from '../ports/edges.ts'
import { isCopyOf } from '../route-target.ts'
import { isInSync, type AwaitedStream } from './await-stream.ts'

/** A member of a node group as it was just seen; `reading` is null while its own workflow is busy with it. */
export interface Member {
  nodeId: string
  isPrimary: boolean
  reading: NodeReading | null
  /** It was let in, and has not been replaced since. */
  inService: boolean
  leaving: boolean
  /** It may serve as the primary although it is empty: the group is new, or its data is known to be lost. */
  mayStartEmpty: boolean
  /** Why it does not come back by itself for now. */
  outage?: string | null
  /** Its version cannot copy the primary's. */
  isStranded?: boolean
  /** What is awaited before its copy counts as one that grows: see `awaitStream`. Null when nothing is. */
  stream?: AwaitedStream | null
  /** Where its replicas find it, and how it finds others. */
  target: RouteTarget
}

export type MemberAction =
  | { do: 'open'; nodeId: string }
  | { do: 'follow'; nodeId: string }
  | { do: 'replace'; nodeId: string; because: string }
  /** It is made again as what can follow the primary. */
  | { do: 'renew'; nodeId: string; because: string }

export interface Membership {
  actions: MemberAction[]
  /** Nodes that readers are sent to. */
  readers: string[]
  /** The primary serves and may be routed to. */
  primaryServes: boolean
  /** What is still to come, null when nothing is. */
  because: string | null
  /** When it comes by itself: within moments, within a second, or when somebody has done something about it. */
  comes: 'at-once' | 'soon' | 'when-told'
}

type Serving = Extract<NodeReading, { kind: 'serving' }>

/**
 * What brings the members of a node group with a living primary, or with one that is being made, closer to where they
 * should be: everybody else follows the primary and is let in once its copy is complete.
 */
export function planMembership(members: readonly Member[]): Membership {
  const primary = members.find((member) => member.isPrimary)
  const plan: Membership = {
    actions: [],
    readers: [],
    primaryServes: false,
    because: null,
    comes: 'when-told',
  }
  const wait: Wait = (because, comes) => {
    plan.because ??= because
    if (plan.comes !== 'at-once' && comes !== 'when-told') plan.comes = comes
  }
  if (primary === undefined) return { ...plan, because: 'the node group has no primary' }
  planPrimary(primary, plan, wait)
  for (const member of members) {
    if (member.isPrimary || member.leaving) continue
    if (isToBeRenewed(member, plan)) renew(member, plan, wait)
    else planReplica(member, primary, plan, wait)
  }
  return plan
}

type Wait = (because: string, comes: Membership['comes']) => void

function planPrimary(
  { nodeId, reading, inService, mayStartEmpty, outage = null }: Member,
  plan: Membership,
  wait: Wait,
): void {
  if (reading === null) return wait(outage ?? 'the primary is being made', 'when-told')
  switch (reading.kind) {
    case 'serving':
      if (inService && reading.open) {
        plan.primaryServes = true
        return
      }
      if (!inService && mayStartEmpty && reading.role === 'primary') {
        plan.actions.push({ do: 'open', nodeId })
        plan.primaryServes = true
        return
      }
      return wait('the primary waits for its data', 'when-told')
    case 'dead':
      if (!inService) plan.actions.push({ do: 'replace', nodeId, because: reading.because })
      return wait(`the primary is lost: ${reading.because}`, 'when-told')
    default:
      return wait(
        outage ?? `the primary does not serve: ${reading.because}`,
        outage === null ? 'at-once' : 'when-told',
      )
  }
}

function planReplica(member: Member, primary: Member, plan: Membership, wait: Wait): void {
  const { nodeId, reading, outage = null } = member
  if (reading === null) return wait(outage ?? 'a replica is being made', 'when-told')
  if (reading.kind === 'dead') {
    plan.actions.push({ do: 'replace', nodeId, because: reading.because })
    return wait(`a replica is lost: ${reading.because}`, 'when-told')
  }
  if (reading.kind !== 'serving')
    return wait(
      outage ?? `a replica does not serve: ${reading.because}`,
      outage === null && reading.kind === 'starting' ? 'at-once' : 'when-told',
    )
  if (!plan.primaryServes) return wait('a replica waits for its primary', 'when-told')
  if (!follows(member, reading, primary)) {
    plan.actions.push({ do: 'follow', nodeId })
    return wait('a replica turns to its primary', 'at-once')
  }
  if (!isInSync(reading)) return wait('a replica is copying its primary', 'at-once')
  // From then on it may hold the only copy, which nobody would look for in a node group that seems never to have served.
  if (!primary.inService) return wait('a replica waits until its primary is known to serve', 'at-once')
  admit(member, reading, plan, wait)
}

/** One that was in before serves its readers also while its copy is not known to grow. */
function admit(
  { nodeId, inService, stream = null }: Member,
  { open }: Serving,
  plan: Membership,
  wait: Wait,
) {
  if (stream !== null) wait('a replica waits for what its primary writes after the copy', 'soon')
  if (stream !== null && !inService) return
  if (!inService || !open) plan.actions.push({ do: 'open', nodeId })
  plan.readers.push(nodeId)
}

function isToBeRenewed(
  { reading, isStranded, outage = null }: Member,
  { primaryServes }: Membership,
): boolean {
  return isStranded === true && primaryServes && reading !== null && outage === null
}

function renew({ nodeId }: Member, plan: Membership, wait: Wait): void {
  const because = 'its version cannot copy the primary, which is newer'
  plan.actions.push({ do: 'renew', nodeId, because })
  wait(`a replica is made again: ${because}`, 'when-told')
}

function follows({ target: own }: Member, { replication: { link } }: Serving, { target }: Member): boolean {
  return link !== null && isCopyOf(own, link.source, target)
}
