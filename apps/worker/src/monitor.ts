import type { Doorbell, Estate, Fleet, NodeChange } from '@cacheplane/domain'

interface CheckupDeps {
  estate: Pick<Estate, 'raise' | 'requestCheckup'>
  doorbell: Doorbell
}

/**
 * Turns what Docker reports about containers into checkups. It never acts on a node itself: an event may be late,
 * doubled or about a container that has been replaced, so the workflow in charge looks again and decides.
 */
export function startMonitor(
  deps: CheckupDeps & { fleet: Pick<Fleet, 'watch'>; onError: (error: unknown) => void },
): () => void {
  return deps.fleet.watch((change) => {
    if (isWorthACheckup(change)) void requestCheckup(deps, change.of, change.ownerId).catch(deps.onError)
  })
}

/** A node that belongs to a node group is looked after by that. */
export async function requestCheckup(
  { estate, doorbell }: CheckupDeps,
  kind: 'node' | 'edge' | 'docker-engine',
  subjectId: string,
): Promise<void> {
  const workflowId =
    kind === 'node' ? await estate.requestCheckup(subjectId) : await estate.raise(kind, subjectId, 'checkup')
  if (workflowId !== null) await doorbell.ring(workflowId)
}

function isWorthACheckup({ change }: NodeChange): boolean {
  return change !== 'other'
}
