import type { Ensured, NodeRef } from '@cacheplane/domain'
import { ready, reason, unknown, type Call } from './call.ts'
import type { ContainerFacts, DockerEngine } from './docker-engine.ts'
import { incarnationOf } from './labels.ts'

type Stilled = Ensured<'dead'>

/** The promises are in the port's docstrings. */
export function freezeNode(engine: DockerEngine, ref: NodeRef): Promise<Stilled> {
  return bring(engine, ref, 'paused', (container) => engine.pauseContainer(container))
}

export function thawNode(engine: DockerEngine, ref: NodeRef): Promise<Stilled> {
  return bring(engine, ref, 'running', (container) => engine.unpauseContainer(container))
}

/** Docker's word on the state counts, before and after: a call whose answer was lost may have worked. */
async function bring(
  engine: DockerEngine,
  ref: NodeRef,
  wanted: 'paused' | 'running',
  act: (container: string) => Promise<Call<void>>,
): Promise<Stilled> {
  const before = await find(engine, ref)
  if (before.kind !== 'ok') return unknown(reason(before))
  const settled = settle(before.value, wanted)
  if (settled !== null) return settled
  const acted = await act(before.value?.ref ?? '')
  if (acted.kind === 'ok') return ready
  const after = await find(engine, ref)
  return (after.kind === 'ok' ? settle(after.value, wanted) : null) ?? unknown(reason(acted))
}

/** Null when something is to be done about it. */
function settle(own: ContainerFacts | undefined, wanted: ContainerFacts['state']): Stilled | null {
  if (own === undefined) return dead('its container is gone')
  if (own.state === wanted) return ready
  if (own.state === 'exited') return dead('its container has stopped')
  return own.state === 'running' || own.state === 'paused' ? null : unknown(`its container is ${own.state}`)
}

async function find(engine: DockerEngine, ref: NodeRef): Promise<Call<ContainerFacts | undefined>> {
  const listed = await engine.containers(ref.nodeId)
  if (listed.kind !== 'ok') return listed
  return { kind: 'ok', value: listed.value.find((one) => incarnationOf(one.labels) === ref.incarnation) }
}

const dead = (because: string) => ({ kind: 'refused', refusal: 'dead', because }) as const
