import { DESTROY_STEP, HOME_STEP, isDeleting, type Signal, type WorkflowView } from '@cacheplane/domain'

/** What somebody has asked of a workflow that has not got to it yet. */
const ASKED: Readonly<Record<Signal, string>> = {
  destroy: 'it is about to be taken down',
  retire: 'its final snapshot is being taken',
  checkup: 'its nodes are about to be looked at',
  replace: 'a node is about to be made again',
  failover: 'another primary is about to take over',
  converge: 'its nodes are about to be brought to what was asked for',
  configure: 'its nodes are about to be told parameters or tokens',
}

/**
 * Why a resource is not `available`: the failure of its creation, or what it waits for. One that is at home waits for a
 * part of it, the first that is not; undefined when nobody has said a reason.
 */
export function statusReason(
  status: string,
  workflow: WorkflowView,
  parts: readonly { workflow: WorkflowView }[],
): string | undefined {
  if (status === 'available') return undefined
  if (workflow.failure !== null) return workflow.failure
  for (const one of [workflow, ...parts.map((part) => part.workflow)]) {
    const reason = reasonOf(one)
    if (reason !== null) return reason
  }
  return undefined
}

/** What a workflow said when it last rested is out of date once it is at home, or is to be taken down. */
function reasonOf(workflow: WorkflowView): string | null {
  const { step, signals, because } = workflow
  const [asked] = signals
  if (isDeleting(workflow) && !step.startsWith(DESTROY_STEP))
    return ASKED[signals.includes('retire') ? 'retire' : 'destroy']
  if (step !== HOME_STEP) return because
  return asked === undefined ? null : ASKED[asked]
}
