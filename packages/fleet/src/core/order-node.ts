import type { Ensured, NodeRef } from '@cacheplane/domain'
import { ready, unknown } from './call.ts'
import type { Deaths } from './deaths.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { Answer, NodeControl } from './node-control.ts'
import { containerStanding } from './observe-node.ts'

export interface OrderBench {
  engine: DockerEngine
  control: NodeControl
  deaths: Deaths
}

/** One order to a node, never repeated here: whether one whose answer was lost has had its effect is for others to see. */
export async function orderNode(
  { engine, control, deaths }: OrderBench,
  ref: NodeRef,
  order: (control: NodeControl) => Promise<Answer<void>>,
): Promise<Ensured<'dead'>> {
  const answer = await order(control)
  if (answer.kind === 'answered') return ready
  if (answer.kind === 'stranger') return unknown(answer.because)
  if (deaths.isDead(ref) || (await control.listens(ref)) === false) return dead(answer.because)
  const standing = await containerStanding(engine, ref)
  return standing.kind === 'stopped' ? dead(standing.because) : unknown(answer.because)
}

const dead = (because: string) => ({ kind: 'refused', refusal: 'dead', because }) as const
