import { type CacheNode, HOME_STEP, type WorkflowView } from '@cacheplane/domain'

export interface EndpointView {
  address: string
  port: number
}

export function endpointOf(node: CacheNode): EndpointView {
  return { address: node.address, port: node.port }
}

/**
 * Why a resource is not `available`: the failure of its creation, or what it waits for. One that is at home waits for a
 * part of it, the first that is not.
 */
export function statusReason(
  status: string,
  workflow: WorkflowView,
  parts: readonly { workflow: WorkflowView }[],
): string | undefined {
  if (status === 'available') return undefined
  if (workflow.failure !== null) return workflow.failure
  const isAway = (one: WorkflowView): boolean => one.step !== HOME_STEP || one.signals.length > 0
  const waiting = [workflow, ...parts.map((part) => part.workflow)].find(
    (one) => isAway(one) && one.because !== null,
  )
  return waiting?.because ?? workflow.because ?? undefined
}
