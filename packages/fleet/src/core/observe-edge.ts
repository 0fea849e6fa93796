import type { Clock, EdgeReading, EdgeRef, Hop } from '@cacheplane/domain'
import { unknown } from './call.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { EdgeControl, SlotFacts } from './edge-control.ts'
import { EDGE_LABEL } from './labels.ts'
import { standingOf } from './observe-node.ts'

const POLL_MS = 10
/** How often Docker is asked whether an edge that does not answer is still there. */
const CONTAINER_CHECK_MS = 50

export interface EdgeBench {
  engine: DockerEngine
  control: EdgeControl
  clock: Clock
}

/**
 * Like a node, the edge itself is asked first. A stranger at its port says nothing of its container, which may just
 * be stopping because of that very stranger.
 */
export async function observeEdge(
  { engine, control, clock }: EdgeBench,
  ref: EdgeRef,
  patienceMs: number,
): Promise<EdgeReading> {
  const begun = clock.monotonicMs()
  let checkedAt = 0
  for (;;) {
    const answer = await control.read(ref)
    if (answer.kind === 'answered') return { kind: 'serving', routes: answer.value.map(routesOf) }

    const elapsed = clock.monotonicMs() - begun
    const isOver = elapsed >= patienceMs
    if (isOver || elapsed - checkedAt >= CONTAINER_CHECK_MS) {
      checkedAt = elapsed
      const standing = await standingOf(engine, ref.edgeId, ref.incarnation, EDGE_LABEL)
      if (standing.kind === 'stopped') return { kind: 'dead', because: standing.because }
      if (isOver && answer.kind === 'absent' && standing.kind === 'running') {
        return { kind: 'starting', because: answer.because }
      }
      if (isOver) return unknown(answer.because)
    }
    await clock.sleep(POLL_MS)
  }
}

function routesOf({ slot, primary, readers }: SlotFacts) {
  const open = readers.map(({ hop }) => hop).filter((hop): hop is Hop => hop !== null)
  return { slot, primary: primary.hop, readers: open }
}
