import type { Clock, Fenced, NodeRef } from '@cacheplane/domain'
import { reason, unknown } from './call.ts'
import type { DockerEngine } from './docker-engine.ts'
import { incarnationOf } from './labels.ts'
import { containerStanding } from './observe-node.ts'

const POLL_MS = 10
/** Docker learns of a death some 40 ms after it: a process that has just died is not worth a kill of its own. */
const MAY_BE_DYING_MS = 60
const VERIFY_MS = 1_000

interface Bench {
  engine: DockerEngine
  clock: Clock
}

/**
 * Evidence that this incarnation is dead, if need be by killing it. SIGKILL, never SIGTERM: a paused container is thawed
 * to receive it, and would acknowledge what its clients have sent meanwhile (reliability V7).
 *
 * @param isDying whether its process was seen to hang up, so that its death may be under way
 */
export async function fenceNode(bench: Bench, ref: NodeRef, isDying: boolean): Promise<Fenced> {
  const { engine } = bench
  const before = await awaitDeath(bench, ref, isDying ? MAY_BE_DYING_MS : 0)
  if (before.kind === 'stopped') return { kind: 'fenced', how: 'was-dead', because: before.because }
  const listed = await engine.containers(ref.nodeId)
  if (listed.kind !== 'ok') return unknown(reason(listed))
  const own = listed.value.find((facts) => incarnationOf(facts.labels) === ref.incarnation)
  if (own === undefined) return { kind: 'fenced', how: 'was-dead', because: 'its container is gone' }
  const killed = await engine.killContainer(own.ref)
  const after = await awaitDeath(bench, ref, VERIFY_MS)
  if (after.kind === 'stopped') return { kind: 'fenced', how: 'killed', because: after.because }
  return unknown(killed.kind === 'ok' ? 'it was killed, and is not seen dead' : reason(killed))
}

async function awaitDeath({ engine, clock }: Bench, ref: NodeRef, patienceMs: number) {
  const begun = clock.monotonicMs()
  for (;;) {
    const standing = await containerStanding(engine, ref)
    const isOver = clock.monotonicMs() - begun >= patienceMs
    if (standing.kind === 'stopped' || isOver) return standing
    await clock.sleep(POLL_MS)
  }
}
