import type { CacheNode } from '../resources.ts'
import { HOME_STEP } from '../workflow.ts'
import type { UpdateRun } from './service-update.ts'

export type EmptyUpdate =
  { do: 'replace'; nodeId: string; cacheNodeId: string } | { do: 'wait'; because: string } | { do: 'finish' }

type Seen = Pick<CacheNode, 'id' | 'cacheNodeId' | 'openedAt' | 'workflow'>

/** The next step of an update of Memcached nodes: each comes back empty, and there is never more than one away for it. */
export function planEmptyUpdate(nodes: readonly Seen[], run: UpdateRun): EmptyUpdate {
  const away = nodes.find((node) => !isServing(node))
  if (away !== undefined) return { do: 'wait', because: `cache node ${away.cacheNodeId} does not serve` }
  const next = nodes.find((node) => run.outdatedNodeIds.includes(node.id))
  if (next === undefined || run.isStopping) return { do: 'finish' }
  return { do: 'replace', nodeId: next.id, cacheNodeId: next.cacheNodeId }
}

function isServing({ openedAt, workflow }: Seen): boolean {
  return openedAt !== null && workflow.step === HOME_STEP && workflow.signals.length === 0
}
