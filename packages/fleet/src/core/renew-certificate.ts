import type { Ensured, NodeSpec } from '@cacheplane/domain'
import { reason, unknown } from './call.ts'
import { incarnationOf } from './labels.ts'
import { orderNode, type OrderBench } from './order-node.ts'

/**
 * Files first, then the order to read them. Done again after half of it, it gives another certificate: nothing remembers
 * the key of the one before.
 */
export async function renewCertificate(bench: OrderBench, spec: NodeSpec): Promise<Ensured<'dead'>> {
  const { engine } = bench
  const listed = await engine.containers(spec.nodeId)
  if (listed.kind !== 'ok') return unknown(reason(listed))
  const own = listed.value.find(({ labels }) => incarnationOf(labels) === spec.incarnation)
  if (own === undefined || own.state === 'exited')
    return { kind: 'refused', refusal: 'dead', because: 'its container has stopped or is gone' }
  const put = await engine.putCertificate(own.ref, spec)
  if (put.kind !== 'ok') return unknown(reason(put))
  return orderNode(bench, spec, (control) => control.readCertificate(spec))
}
