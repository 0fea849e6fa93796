import type { CacheNode } from '../resources.ts'

type Standing = Pick<CacheNode, 'id' | 'replaces' | 'leaving'>

/** A node that is made beside another and has not taken its place yet: nobody is led to it, and nobody is shown it. */
export function isInWaiting(node: Standing, all: readonly Standing[]): boolean {
  return node.replaces !== null && all.some((one) => one.id === node.replaces && !one.leaving)
}

/** The nodes that users see: of one that is being replaced and its successor, whoever has the place. */
export function standingNodes<Node extends Standing>(nodes: readonly Node[]): Node[] {
  if (nodes.length === 1) return [...nodes]
  const isSucceeded = (node: Node) =>
    node.leaving && nodes.some((one) => one.replaces === node.id && !one.leaving)
  return nodes.filter((node) => !isInWaiting(node, nodes) && !isSucceeded(node))
}
