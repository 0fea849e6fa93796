import type { Drained, DrainPace, DrainTarget, NodeRef, SlotRange } from '@cacheplane/domain'
import { hopFrom } from './follow-primary.ts'
import { orderNode, type OrderBench } from './order-node.ts'

export interface DrainOrder {
  slots: readonly SlotRange[]
  to: DrainTarget
  pace: DrainPace
}

/** The promise is in the port's docstring. */
export async function drainSlots(bench: OrderBench, ref: NodeRef, order: DrainOrder): Promise<Drained> {
  const to = { ...order.to, ...hopFrom(ref, order.to) }
  let drained: Drained | null = null
  const ordered = await orderNode(bench, ref, async (control) => {
    const answer = await control.drain(ref, order.slots, to, order.pace)
    if (answer.kind === 'answered') drained = answer.value
    return answer.kind === 'answered' ? { kind: 'answered', value: undefined } : answer
  })
  if (ordered.kind !== 'ready') return ordered
  return drained ?? { kind: 'unknown', because: 'it says nothing of its keys' }
}
