import { mayHaveCopy, type NodeReading, type NodeSubject } from '@cacheplane/domain'
import type { Context } from './context.ts'

/** Members that may hold the data of a lost primary, and are not about to be made again without it. */
export function heirsOf(
  { subject }: Context,
  lost: NodeSubject,
  readings: ReadonlyMap<string, NodeReading>,
): NodeSubject[] {
  return subject.nodes.filter(({ node }) => {
    // Who is not asked is busy with itself: only the row tells of it.
    const reading = readings.get(node.id)
    const isIn = node.openedAt !== null
    return node.id !== lost.node.id && (reading === undefined ? isIn : mayHaveCopy(isIn, reading))
  })
}
