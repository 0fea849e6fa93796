import type { Doorbell, Estate, Fleet, NodeChange } from '@cacheplane/domain'

/**
 * Turns what Docker reports about containers into checkups. It never acts on a node itself: an event may be late,
 * doubled or about a container that has been replaced, so the node's workflow looks again and decides.
 */
export function startMonitor(deps: {
  fleet: Pick<Fleet, 'watch'>
  estate: Pick<Estate, 'raise'>
  doorbell: Doorbell
  onError: (error: unknown) => void
}): () => void {
  return deps.fleet.watch((change) => {
    if (isWorthACheckup(change)) void requestCheckup(deps, 'node', change.nodeId).catch(deps.onError)
  })
}

export async function requestCheckup(
  deps: { estate: Pick<Estate, 'raise'>; doorbell: Doorbell },
  kind: 'node' | 'docker-engine',
  subjectId: string,
): Promise<void> {
  const workflowId = await deps.estate.raise(kind, subjectId, 'checkup')
  if (workflowId !== null) await deps.doorbell.ring(workflowId)
}

function isWorthACheckup({ change }: NodeChange): boolean {
  return change !== 'other'
}
