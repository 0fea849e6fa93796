import { FAILED_STEP, hop, START_STEP, type NodeSubject } from '@cacheplane/domain'
import { setParameters } from '../set-parameters.ts'
import { wakeOwner } from '../wake-owner.ts'
import { isAtHome, memberEvent, tellCluster, type Context } from './context.ts'

/**
 * Sees that every member has a workflow, and that those who leave go. Not null when the whole node group has to be given
 * up.
 */
export function tendMembers(c: Context) {
  const failed = c.subject.nodes.find(hasFailed)
  const hopeless = failed === undefined ? c.subject.endpointFailure : whyFailed(failed)
  if (hopeless !== null && c.workflow.firstHomeAt === null) return giveUp(c, hopeless)
  for (const one of c.subject.nodes) tendMember(c, one)
  for (const member of c.subject.nodeGroup.members) {
    if (member.nodes.length > 0) continue
    c.change({ do: 'remove-member', clusterId: member.id })
    tellCluster(c)
    memberEvent(c, { cluster: member }, 'Cache cluster deleted')
  }
  return null
}

function hasFailed({ node: { workflow, leaving } }: NodeSubject): boolean {
  return workflow.step === FAILED_STEP && !leaving
}

function tendMember(c: Context, one: NodeSubject): void {
  const { node } = one
  if (node.workflow.step === START_STEP && node.presence === 'absent' && node.incarnation === 1) spawn(c, one)
  if (hasFailed(one)) {
    c.change({ do: 'set-leaving', nodeId: node.id })
    memberEvent(c, one, 'Failed to create cache node', node.workflow.failure ?? undefined)
  }
  // The primary restarts and leaves by a change of primary only.
  if (node.id === c.subject.nodeGroup.primaryNodeId) return
  if (node.rebooting && node.openedAt !== null && isAtHome(one))
    c.change({ do: 'raise', kind: 'node', subjectId: node.id, signal: 'replace' })
  if (node.leaving) c.change({ do: 'raise', kind: 'node', subjectId: node.id, signal: 'destroy' })
}

/** With all on record that has to be before its workflow acts. */
function spawn(c: Context, { node, cluster }: NodeSubject): void {
  c.change({ do: 'spawn', kind: 'node', subjectId: node.id, parentId: c.workflow.id })
  c.change({ do: 'set-presence', nodeId: node.id, presence: 'unknown' })
  setParameters(c, node, cluster.parameterValues)
}

function whyFailed({ node, cluster }: NodeSubject): string {
  return node.workflow.failure ?? `cache node ${cluster.cacheClusterId} could not be created`
}

function giveUp(c: Context, because: string) {
  c.fail(because)
  wakeOwner(c)
  return hop('failed')
}
