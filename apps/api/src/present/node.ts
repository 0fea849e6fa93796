import { type CacheNode, nodeStatus, type WorkflowView } from '@cacheplane/domain'

export interface EndpointView {
  address: string
  port: number
}

export function endpointOf(node: CacheNode): EndpointView {
  return { address: node.address, port: node.port }
}

/** Why a resource is not `available`: the failure of its creation, or what it or one of its nodes is waiting for. */
export function statusReason(
  status: string,
  workflow: WorkflowView,
  nodes: readonly CacheNode[],
): string | undefined {
  if (status === 'available') return undefined
  if (workflow.failure !== null) return workflow.failure
  const waiting = nodes.find((node) => nodeStatus(node) !== 'available' && node.workflow.because !== null)
  return workflow.because ?? waiting?.workflow.because ?? undefined
}
