import { ok, type Call } from '../core/call.ts'
import { TRIAL_LABEL } from '../core/labels.ts'
import { findContainer, newRef, type EngineWorld, type SimulatedContainer } from './world.ts'

/** What a container is made of. */
export type MadeContainer = Pick<
  SimulatedContainer,
  'name' | 'labels' | 'networkName' | 'imageId' | 'process' | 'edge'
> &
  Partial<Pick<SimulatedContainer, 'log'>>

/** A container that was never started, and its volume; trials have none. */
export function putContainer(world: EngineWorld, made: MadeContainer, createdAt: Date): Call<void> {
  const { name, labels } = made
  if (findContainer(world, name) !== undefined)
    return { kind: 'conflict', because: `The container name "/${name}" is already in use` }
  world.containers.push({
    log: '',
    ...made,
    ref: newRef(world, 'container'),
    state: 'created',
    because: 'it was never started',
    createdAt,
    answersAtMs: Infinity,
    attached: true,
    isHung: false,
  })
  const isStanding = world.volumes.some((volume) => volume.name === name)
  if (!isStanding && !(TRIAL_LABEL in labels)) world.volumes.push({ ref: name, name, labels, createdAt })
  return ok(undefined)
}
