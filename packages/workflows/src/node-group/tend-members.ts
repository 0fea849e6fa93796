import { FAILED_STEP, hop, START_STEP, type NodeSubject } from '@cacheplane/domain'
import { isAtHome, memberEvent, wakeOwner, type Context } from './context.ts'

/**
 * Sees that every member has a workflow, and that those who leave go. Not null when the whole node group has to be given
 * up.
 */
export function tendMembers(c: Context) {
  const { nodeGroup, nodes } = c.subject
  for (const one of nodes) {
    const { node } = one
    if (node.workflow.step === START_STEP && node.presence === 'absent' && node.incarnation === 1)
      c.change({ do: 'spawn', kind: 'node', subjectId: node.id, parentId: c.workflow.id })
    if (node.workflow.step === FAILED_STEP && !node.leaving) {
      if (c.workflow.firstHomeAt === null) return giveUp(c, one)
      c.change({ do: 'set-leaving', nodeId: node.id })
      memberEvent(c, one, 'Failed to create cache node', node.workflow.failure ?? undefined)
    }
    if (node.rebooting && node.openedAt !== null && isAtHome(one) && node.id !== nodeGroup.primaryNodeId)
      c.change({ do: 'raise', kind: 'node', subjectId: node.id, signal: 'replace' })
    if (node.leaving && node.id !== nodeGroup.primaryNodeId)
      c.change({ do: 'raise', kind: 'node', subjectId: node.id, signal: 'destroy' })
  }
  for (const member of nodeGroup.members) {
    if (member.nodes.length > 0) continue
    c.change({ do: 'remove-member', clusterId: member.id })
    c.event(member.accountId, {
      sourceType: 'cache-cluster',
      sourceIdentifier: member.cacheClusterId,
      message: 'Cache cluster deleted',
    })
  }
  return null
}

function giveUp(c: Context, { node, cluster }: NodeSubject) {
  c.fail(node.workflow.failure ?? `cache node ${cluster.cacheClusterId} could not be created`)
  wakeOwner(c)
  return hop('failed')
}
