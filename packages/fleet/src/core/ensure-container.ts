import type { Ensured } from '@cacheplane/domain'
import { ready, reason, unknown, type Call } from './call.ts'
import type { ContainerFacts, DockerEngine } from './docker-engine.ts'
import { incarnationOf, isOurs, ownerOf, type OwnerLabel } from './labels.ts'
import { removeOwned } from './remove-owned.ts'
import { startRefusal, type StartRefusal } from './start-refusal.ts'

export type EnsuredContainer = Ensured<StartRefusal | 'dead'>

/** One incarnation of a node or an edge, as a container. */
export interface ContainerWish {
  installation: string
  label: OwnerLabel
  ownerId: string
  incarnation: number
  name: string
  create: () => Promise<Call<void>>
  /** Of one that begins with what it is sent. */
  start?: () => Promise<Call<void>>
}

const dead = (because: string) => ({ kind: 'refused', refusal: 'dead', because }) as const

/** Finds this incarnation among the owner's containers or makes it; earlier ones are removed, stopped ones stay so. */
export async function ensureContainer(
  engine: DockerEngine,
  wish: ContainerWish,
  containers: readonly ContainerFacts[],
): Promise<EnsuredContainer> {
  const standing = sortByIncarnation(containers, wish.incarnation)
  if (standing.later !== undefined) return dead(`a later incarnation stands: ${standing.later.name}`)
  if (standing.own !== undefined && standing.own.state !== 'created') return judge(engine, standing.own)
  // Nothing has ever run in an unfinished container, but it may have been made for another port.
  if (standing.leftovers.length > 0) {
    const cleared = await removeOwned(engine, standing.leftovers, wish.ownerId, wish.label)
    if (cleared.kind !== 'gone') return cleared
  }
  return createAndStart(engine, wish)
}

function sortByIncarnation(containers: readonly ContainerFacts[], incarnation: number) {
  const numbered = containers.map((facts) => ({ facts, number: incarnationOf(facts.labels) ?? 0 }))
  const own = numbered.find(({ number }) => number === incarnation)?.facts
  const leftovers = containers.filter((facts) => facts !== own || own.state === 'created')
  return { own, leftovers, later: numbered.find(({ number }) => number > incarnation)?.facts }
}

async function judge(engine: DockerEngine, own: ContainerFacts): Promise<EnsuredContainer> {
  switch (own.state) {
    case 'running':
    case 'paused':
      return ready
    case 'exited': {
      const inspected = await engine.inspectContainer(own.ref)
      return dead(inspected.kind === 'ok' ? inspected.value.because : 'its container has stopped')
    }
    case 'created':
    case 'other':
      return unknown(`its container ${own.name} is between two states`)
  }
}

async function createAndStart(engine: DockerEngine, wish: ContainerWish): Promise<EnsuredContainer> {
  const created = await wish.create()
  if (created.kind === 'conflict') return adopt(engine, wish)
  if (created.kind !== 'ok') return refusedOrUnknown(created)

  const started = await (wish.start?.() ?? engine.startContainer(wish.name))
  if (started.kind === 'ok' || started.kind === 'notModified') return ready
  const verdict = refusedOrUnknown(started)
  if (verdict.kind !== 'refused') return verdict
  const cleared = await removeOwned(engine, [{ ref: wish.name }], wish.ownerId, wish.label)
  return cleared.kind === 'gone' ? verdict : cleared
}

/** The name is taken: by another worker who makes the same thing, or by a stranger. */
async function adopt(engine: DockerEngine, wish: ContainerWish): Promise<EnsuredContainer> {
  const inspected = await engine.inspectContainer(wish.name)
  if (inspected.kind !== 'ok') return unknown(reason(inspected))
  const facts = inspected.value
  const same = isOurs(facts.labels, wish.installation) && ownerOf(facts.labels) === wish.ownerId
  if (!same) return unknown(`a foreign container holds the name ${wish.name}`)
  return judge(engine, facts)
}

function refusedOrUnknown(call: Exclude<Call<void>, { kind: 'ok' }>): EnsuredContainer {
  const because = reason(call)
  const refusal = startRefusal(because)
  return refusal === null ? unknown(because) : { kind: 'refused', refusal, because }
}
