import { isSameValues, type CacheNode, type ParameterValues } from '@cacheplane/domain'
import type { StepContext } from './step-context.ts'

/** Records what a node runs with, if that is news. */
export function setParameters(
  c: Pick<StepContext<unknown, unknown>, 'change'>,
  { id: nodeId, parameterValues: had }: CacheNode,
  parameterValues: ParameterValues,
): void {
  if (!isSameValues(had, parameterValues)) c.change({ do: 'set-parameters', nodeId, parameterValues })
}
