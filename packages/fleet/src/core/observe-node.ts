import { unreachable, type Clock, type NodeReading, type NodeRef } from '@cacheplane/domain'
import { reason, unknown } from './call.ts'
import type { DockerEngine } from './docker-engine.ts'
import { incarnationOf, NODE_LABEL, type OwnerLabel } from './labels.ts'
import type { Answer, NodeControl, NodeFacts } from './node-control.ts'

const POLL_MIN_MS = 5
const POLL_MAX_MS = 50
/** Whoever has waited long does not gain by milliseconds: the pause grows with the wait. */
const POLL_SHARE = 0.1
/** How often Docker is asked whether a node that does not answer is still there. */
const CONTAINER_CHECK_MS = 100

interface Bench {
  engine: DockerEngine
  control: NodeControl
  clock: Clock
}

/** The node's own answer comes first: it costs a millisecond, and it is right where Docker's may be stale. */
export async function observeNode(bench: Bench, ref: NodeRef, patienceMs: number): Promise<NodeReading> {
  const { clock } = bench
  const begun = clock.monotonicMs()
  let checkedAt = 0
  let standing: Standing = { kind: 'unknown', because: 'not asked yet' }
  for (;;) {
    const answer = await bench.control.read(ref)
    if (answer.kind === 'answered') return { kind: 'serving', ...answer.value }
    if (answer.kind === 'stranger') return unknown(answer.because)

    const elapsed = clock.monotonicMs() - begun
    if (elapsed >= patienceMs || elapsed - checkedAt >= CONTAINER_CHECK_MS) {
      standing = await containerStanding(bench.engine, ref)
      checkedAt = clock.monotonicMs() - begun
    }
    if (standing.kind === 'stopped') return { kind: 'dead', because: standing.because }
    if (elapsed >= patienceMs) return impatient(answer, standing)
    await clock.sleep(Math.min(POLL_MAX_MS, Math.max(POLL_MIN_MS, elapsed * POLL_SHARE)))
  }
}

function impatient(
  answer: Exclude<Answer<NodeFacts>, { kind: 'answered' }>,
  standing: Exclude<Standing, { kind: 'stopped' }>,
): NodeReading {
  switch (answer.kind) {
    case 'busy':
      return { kind: 'starting', because: answer.because }
    case 'absent':
      return standing.kind === 'running'
        ? { kind: 'starting', because: answer.because }
        : notServing(answer.because, standing)
    case 'silent':
      return standing.kind === 'running'
        ? { kind: 'silent', because: answer.because }
        : notServing(answer.because, standing)
    case 'stranger':
      return unknown(answer.because)
    default:
      return unreachable(answer.kind)
  }
}

function notServing(said: string, standing: Exclude<Standing, { kind: 'running' | 'stopped' }>): NodeReading {
  const because = `${said}; ${standing.because}`
  return standing.kind === 'unheard' ? { kind: 'unreachable', because } : { kind: standing.kind, because }
}

export type Standing =
  | { kind: 'running' }
  | { kind: 'stopped'; because: string }
  | { kind: 'frozen'; because: string }
  /** The engine does not answer. */
  | { kind: 'unheard'; because: string }
  | { kind: 'unknown'; because: string }

/** Whether the container of this incarnation can still serve, as Docker sees it. */
export function containerStanding(engine: DockerEngine, ref: NodeRef): Promise<Standing> {
  return standingOf(engine, ref.nodeId, ref.incarnation, NODE_LABEL)
}

export async function standingOf(
  engine: DockerEngine,
  ownerId: string,
  incarnation: number,
  label: OwnerLabel,
): Promise<Standing> {
  const listed = await engine.containers(ownerId, label)
  if (listed.kind !== 'ok') return { kind: 'unheard', because: reason(listed) }
  const own = listed.value.find((facts) => incarnationOf(facts.labels) === incarnation)
  if (own === undefined) return { kind: 'stopped', because: 'its container is gone' }
  if (own.state === 'paused') return { kind: 'frozen', because: 'its container is paused' }
  if (own.state === 'running') {
    return own.attached
      ? { kind: 'running' }
      : { kind: 'frozen', because: 'its container is cut off from its network' }
  }
  if (own.state !== 'exited') return unknown(`its container is ${own.state}`)
  const inspected = await engine.inspectContainer(own.ref)
  return {
    kind: 'stopped',
    because: inspected.kind === 'ok' ? inspected.value.because : 'its container has stopped',
  }
}
