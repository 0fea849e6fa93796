import type { Clock, Fenced, NodeRef } from '@cacheplane/domain'
import { reason, unknown } from './call.ts'
import type { Deaths } from './deaths.ts'
import type { DockerEngine } from './docker-engine.ts'
import { incarnationOf } from './labels.ts'
import type { NodeControl } from './node-control.ts'
import { containerStanding } from './observe-node.ts'

const POLL_MS = 5
/** The event of its death may be lost. */
const LOOK_AFTER_MS = 150
const VERIFY_MS = 1_000

interface Bench {
  engine: DockerEngine
  clock: Clock
  control: NodeControl
  deaths: Deaths
}

/**
 * Evidence that this incarnation is dead, if need be by killing it. SIGKILL, never SIGTERM: a paused container is thawed
 * to receive it, and would acknowledge what its clients have sent meanwhile (reliability V7).
 */
export async function fenceNode(bench: Bench, ref: NodeRef): Promise<Fenced> {
  const { engine, control, deaths } = bench
  if (deaths.isDead(ref)) return { kind: 'fenced', how: 'was-dead', because: 'its process has ended' }
  if ((await control.listens(ref)) === false) {
    return { kind: 'fenced', how: 'was-dead', because: 'nothing listens at its address any more' }
  }
  const before = await containerStanding(engine, ref)
  if (before.kind === 'stopped') return { kind: 'fenced', how: 'was-dead', because: before.because }
  const listed = await engine.containers(ref.nodeId)
  if (listed.kind !== 'ok') return unknown(reason(listed))
  const own = listed.value.find((facts) => incarnationOf(facts.labels) === ref.incarnation)
  if (own === undefined) return { kind: 'fenced', how: 'was-dead', because: 'its container is gone' }
  // Docker answers when it has taken the container down; that the process is gone is seen long before.
  const killing = engine.killContainer(own.ref)
  const death = await awaitDeath(bench, ref)
  if (death !== null) return { kind: 'fenced', how: 'killed', because: death }
  const killed = await killing
  return unknown(killed.kind === 'ok' ? 'it was killed, and is not seen dead' : reason(killed))
}

/** Why it is known to be dead; null when it is not within the time. */
async function awaitDeath(bench: Bench, ref: NodeRef): Promise<string | null> {
  const { clock, deaths, control } = bench
  const begun = clock.monotonicMs()
  while (clock.monotonicMs() - begun <= VERIFY_MS) {
    if (deaths.isDead(ref)) return 'its process has ended'
    if ((await control.listens(ref)) === false) return 'nothing listens at its address any more'
    if (clock.monotonicMs() - begun > LOOK_AFTER_MS) {
      const standing = await containerStanding(bench.engine, ref)
      if (standing.kind === 'stopped') return standing.because
    }
    await clock.sleep(POLL_MS)
  }
  return null
}
