import type { ClusterReading, Ensured, NodeRef, PeerTarget } from '@cacheplane/domain'
import { unknown } from './call.ts'
import { hopFrom } from './follow-primary.ts'
import { orderNode, type OrderBench } from './order-node.ts'

/** The promise is in the port's docstring. */
export function introduceNode(
  bench: OrderBench,
  ref: NodeRef,
  peers: readonly PeerTarget[],
): Promise<Ensured<'dead'>> {
  const hops = peers.map((peer) => ({ ...hopFrom(ref, peer), busPort: peer.busPort }))
  return orderNode(bench, ref, (control) => control.meet(ref, hops))
}

export async function readCluster({ control }: OrderBench, ref: NodeRef): Promise<ClusterReading> {
  const answer = await control.cluster(ref)
  return answer.kind === 'answered' ? { kind: 'known', view: answer.value } : unknown(answer.because)
}
