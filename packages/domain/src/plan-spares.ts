import type { DockerEngineSubject, SpareNetwork } from './ports/docker-engine-subject.ts'

/** The next thing to do about the spare networks of an engine, one at a time so that nobody waits for long behind it. */
export type SparePlan =
  | { kind: 'rest'; because: string }
  | { kind: 'add'; because: string }
  | { kind: 'prepare' | 'withdraw' | 'remove'; spare: SpareNetwork; because: string }

type Facts = Pick<DockerEngineSubject, 'reachable' | 'isBusy' | 'spares' | 'spareTarget' | 'subnetsLeft'>

/**
 * Docker makes one network at a time, so a spare must never stand in the way of a creation. A spare that is too many is
 * withdrawn before it is removed: what is ready may be taken at any moment.
 */
export function planSpares({ reachable, isBusy, spares, spareTarget, subnetsLeft }: Facts): SparePlan {
  if (!reachable) return { kind: 'rest', because: 'the engine is out of reach' }
  if (isBusy) return { kind: 'rest', because: 'creations go first' }
  const unready = spares.find((spare) => !spare.isReady)
  const count = `${spares.length} of ${spareTarget} spare networks`
  const [first] = spares
  if (spares.length > spareTarget && first !== undefined) {
    const because = `${count} are too many`
    return unready === undefined
      ? { kind: 'withdraw', spare: first, because }
      : { kind: 'remove', spare: unready, because }
  }
  if (unready !== undefined)
    return { kind: 'prepare', spare: unready, because: 'it has a row and is not ready' }
  if (spares.length === spareTarget) return { kind: 'rest', because: `${count} are ready` }
  if (subnetsLeft <= spareTarget) return { kind: 'rest', because: `only ${subnetsLeft} subnets are left` }
  return { kind: 'add', because: `there are ${count}` }
}
