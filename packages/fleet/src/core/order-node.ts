import type { Ensured, NodeRef } from '@cacheplane/domain'
import { ready, unknown } from './call.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { Answer } from './node-control.ts'
import { containerStanding } from './observe-node.ts'

/** One order to a node, never repeated here: whether one whose answer was lost has had its effect is for others to see. */
export async function orderNode(
  engine: DockerEngine,
  ref: NodeRef,
  order: Promise<Answer<void>>,
): Promise<Ensured<'dead'>> {
  const answer = await order
  if (answer.kind === 'answered') return ready
  if (answer.kind === 'stranger') return unknown(answer.because)
  const standing = await containerStanding(engine, ref)
  if (standing.kind !== 'stopped') return unknown(answer.because)
  return { kind: 'refused', refusal: 'dead', because: standing.because }
}
