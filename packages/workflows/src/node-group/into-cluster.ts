import { isCopyOf, nodeRef, routeTarget, type NodeReading, type NodeSubject } from '@cacheplane/domain'
import { primaryOf, type Context } from './context.ts'

type Readings = ReadonlyMap<string, NodeReading>

/** One of the two is in the cluster and the other is not: they know nothing of each other but the stream of writes. */
export function areApart(a: NodeSubject, b: NodeSubject): boolean {
  return (a.node.busPort === null) !== (b.node.busPort === null)
}

/**
 * Why the data of a primary that is in no cluster cannot go on in one; null when they can, and when they do. A cluster has one
 * database: a copy of others does not load there, and what is written to others meanwhile would be done in the first.
 */
export function misfitOf(c: Context, readings: Readings): string | null {
  const primary = primaryOf(c)
  if (primary.node.busPort !== null) return null
  const bridges = c.subject.nodes.filter((one) => areApart(one, primary))
  const copies = bridges.map(({ node }) => readings.get(node.id))
  return misfitBetween(readings.get(primary.node.id), copies)
}

/** The same of two readings of the moment when nothing is written. */
export function misfitBetween(
  primary: NodeReading | undefined,
  copies: readonly (NodeReading | undefined)[],
): string | null {
  const keys = primary?.kind === 'serving' ? primary.replication.keysElsewhere : 0
  if (keys > 0) return `a cluster has one database, and ${keys} keys are in others than 0`
  const isAstray = copies.some((copy) => copy?.kind === 'serving' && copy.replication.undone > 0)
  return isAstray ? 'a cluster has one database, and others than 0 were written to meanwhile' : null
}

/**
 * A node in cluster mode that copies a primary outside of it has done so from its start, and cannot be turned to another one:
 * it is made again.
 */
export function isAstray(c: Context, one: NodeSubject, reading: NodeReading | undefined): boolean {
  const primary = primaryOf(c)
  if (one.node.busPort === null || primary.node.busPort !== null || reading?.kind !== 'serving') return false
  const { link } = reading.replication
  return link === null || !isCopyOf(nodeRef(one), link.source, routeTarget(primary))
}
