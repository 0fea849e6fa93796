import type { Clock, Fenced, NodeRef } from '@cacheplane/domain'
import { reason, unknown } from './call.ts'
import type { Deaths } from './deaths.ts'
import type { DockerEngine } from './docker-engine.ts'
import { incarnationOf } from './labels.ts'
import { containerStanding, type Standing } from './observe-node.ts'

const POLL_MS = 10
const VERIFY_MS = 1_000

interface Bench {
  engine: DockerEngine
  clock: Clock
  deaths: Deaths
}

/**
 * Evidence that this incarnation is dead, if need be by killing it. SIGKILL, never SIGTERM: a paused container is thawed
 * to receive it, and would acknowledge what its clients have sent meanwhile (reliability V7).
 */
export async function fenceNode(bench: Bench, ref: NodeRef): Promise<Fenced> {
  const { engine, deaths } = bench
  if (deaths.isDead(ref)) return { kind: 'fenced', how: 'was-dead', because: 'its process has ended' }
  const before = await containerStanding(engine, ref)
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

async function awaitDeath(
  { engine, clock, deaths }: Bench,
  ref: NodeRef,
  patienceMs: number,
): Promise<Standing> {
  const begun = clock.monotonicMs()
  for (;;) {
    if (deaths.isDead(ref)) return { kind: 'stopped', because: 'its process has ended' }
    const standing = await containerStanding(engine, ref)
    const isOver = clock.monotonicMs() - begun >= patienceMs
    if (standing.kind === 'stopped' || isOver) return standing
    await clock.sleep(POLL_MS)
  }
}
