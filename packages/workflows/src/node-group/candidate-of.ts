import type { Candidate, NodeReading, NodeSubject } from '@cacheplane/domain'
import { isAtHome } from './context.ts'

/** What an election is told of a member. Whoever is to be made again loses what it has, promoted or not. */
export function candidateOf(one: NodeSubject, readings: ReadonlyMap<string, NodeReading>): Candidate {
  const { node, cluster } = one
  return {
    nodeId: node.id,
    cacheClusterId: cluster.cacheClusterId,
    zone: node.zone,
    inService: node.openedAt !== null && isAtHome(one),
    leaving: node.leaving,
    reading: readings.get(node.id) ?? { kind: 'unknown', because: 'it was not asked' },
  }
}
