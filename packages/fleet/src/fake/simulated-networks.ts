import type { Call } from '../core/call.ts'
import type { NetworkBlueprint } from '../core/docker-engine.ts'
import { newRef, removeWhere, type EngineWorld } from './world.ts'

const done: Call<void> = { kind: 'ok', value: undefined }

export function createNetwork(
  world: EngineWorld,
  { name, labels, spec }: NetworkBlueprint,
  createdAt: Date,
): Call<void> {
  if (world.networks.some((network) => network.name === name)) {
    return { kind: 'conflict', because: `network with name ${name} already exists` }
  }
  const taken =
    world.occupiedSubnets.has(spec.subnet) || world.networks.some((network) => network.subnet === spec.subnet)
  if (taken) return { kind: 'refused', because: 'Pool overlaps with other one on this address space' }
  world.networks.push({ ref: newRef(world, 'network'), name, labels, subnet: spec.subnet, createdAt })
  return done
}

export function removeNetwork(world: EngineWorld, ref: string): Call<void> {
  const network = world.networks.find((candidate) => candidate.ref === ref)
  if (network === undefined) return { kind: 'notFound', because: 'No such network' }
  const inUse = world.containers.some(
    ({ networkName, state }) => networkName === network.name && (state === 'running' || state === 'paused'),
  )
  if (inUse) return { kind: 'refused', because: `network ${network.name} has active endpoints` }
  removeWhere(world.networks, (other) => other === network)
  return done
}
