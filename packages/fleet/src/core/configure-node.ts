import type { Ensured, NodeSpec } from '@cacheplane/domain'
import { reason, unknown } from './call.ts'
import { incarnationOf } from './labels.ts'
import { orderNode, type OrderBench } from './order-node.ts'

/** The promise is in the port's docstring. Who may log in to Memcached is in a file that it reads when it is told to. */
export async function configureNode(
  bench: OrderBench,
  spec: NodeSpec,
  parameters: Readonly<Record<string, string>>,
): Promise<Ensured<'dead'>> {
  const unread = spec.engine === 'memcached' && spec.asksLogin ? await giveLogins(bench, spec) : null
  return unread ?? orderNode(bench, spec, (control) => control.configure(spec, parameters))
}

/** Null when the file is there and the node has been told; whether it has read it shows by who can log in. */
async function giveLogins({ engine }: OrderBench, spec: NodeSpec): Promise<Ensured<'dead'> | null> {
  const listed = await engine.containers(spec.nodeId)
  if (listed.kind !== 'ok') return unknown(reason(listed))
  const own = listed.value.find(({ labels }) => incarnationOf(labels) === spec.incarnation)
  if (own === undefined || own.state === 'exited')
    return { kind: 'refused', refusal: 'dead', because: 'its container has stopped or is gone' }
  const put = await engine.putLogins(own.ref, spec)
  return put.kind === 'ok' ? null : unknown(reason(put))
}
