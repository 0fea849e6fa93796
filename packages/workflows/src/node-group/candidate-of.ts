import type { Candidate, NodeReading, NodeSubject } from '@cacheplane/domain'
import { isAtHome } from './context.ts'

/** What an election is told of a member. */
export function candidateOf(one: NodeSubject, readings: ReadonlyMap<string, NodeReading>): Candidate {
  const { node, cluster } = one
  return {
    nodeId: node.id,
    cacheClusterId: cluster.cacheClusterId,
    zone: node.zone,
    letIn: node.openedAt !== null,
    isGoing: !isAtHome(one),
    leaving: node.leaving,
    reading: readings.get(node.id) ?? { kind: 'unknown', because: 'it was not asked' },
  }
}
