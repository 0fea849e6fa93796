import type { Ensured, NodeSpec } from '@cacheplane/domain'
import { ready, unknown } from './call.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { NodeControl } from './node-control.ts'
import { containerStanding } from './observe-node.ts'

/** Lets clients in, if what listens at the node's address lets the node's own control user in. */
export async function openNode(
  engine: DockerEngine,
  control: NodeControl,
  spec: NodeSpec,
): Promise<Ensured<'not-ours' | 'dead'>> {
  const answer = await control.open(spec)
  switch (answer.kind) {
    case 'answered':
      return ready
    case 'stranger':
      return { kind: 'refused', refusal: 'not-ours', because: answer.because }
    case 'absent':
    case 'silent':
    case 'busy': {
      const standing = await containerStanding(engine, spec)
      if (standing.kind !== 'stopped') return unknown(answer.because)
      return { kind: 'refused', refusal: 'dead', because: standing.because }
    }
  }
}
