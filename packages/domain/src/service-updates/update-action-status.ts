import type { UpdateAction, UpdateActionStatus } from './service-update.ts'

type Judged = Pick<UpdateAction, 'applied' | 'nodes' | 'update' | 'modifiedAt'>

/** Nodes that were made again for another reason have the update as well, so what they run counts most. */
export function updateActionStatus({ applied, nodes }: Judged): UpdateActionStatus {
  if (applied === 'waiting-to-start' || applied === 'in-progress' || applied === 'stopping') return applied
  if (nodes.every((node) => node.isUpdated)) return 'complete'
  return applied === 'stopped' ? 'stopped' : 'not-applied'
}

/** `1/3`. */
export function nodesUpdated({ nodes }: Pick<UpdateAction, 'nodes'>): string {
  return `${nodes.filter((node) => node.isUpdated).length}/${nodes.length}`
}

/** Whether the update came by the recommended date; `n/a` while there is time. */
export function slaMet(action: Judged, now: Date): 'yes' | 'no' | 'n/a' {
  const { recommendedAt } = action.update
  if (updateActionStatus(action) === 'complete') return action.modifiedAt <= recommendedAt ? 'yes' : 'no'
  return now <= recommendedAt ? 'n/a' : 'no'
}
