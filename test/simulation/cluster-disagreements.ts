import { SLOTS, slotsIn, type SlotRange } from '@cacheplane/domain'
import type { SimulatedProcess } from '@cacheplane/fleet/fake'
import type { SimWorld } from './sim-world.ts'

/** S13: on the view of every node of a cluster each slot has exactly one owner, who is the same on all views. */
export function clusterDisagreements({ fake }: Pick<SimWorld, 'fake'>): string[] {
  const containers = fake.world().flatMap((engine) => engine.containers)
  const networks = new Set(containers.flatMap(({ networkName }) => networkName ?? []))
  return [...networks].flatMap((network) => {
    const running = containers.filter(
      ({ networkName, state }) => networkName === network && state === 'running',
    )
    const processes = running.flatMap(({ process }) => (process?.cluster ? [process] : []))
    const owners = processes.map(ownersSeenBy)
    return owners.flatMap((seen, i) => judge(seen, owners[0] ?? [], processes[i]?.nodeId ?? ''))
  })
}

function ownersSeenBy({ cluster }: SimulatedProcess): string[][] {
  const owners = Array.from({ length: SLOTS }, (): string[] => [])
  if (cluster === null) return owners
  for (const [id, slots] of [
    [cluster.id, cluster.slots] as const,
    ...[...cluster.peers].map(([id, peer]) => [id, peer.slots] as const),
  ])
    for (const slot of slotsIn(slots)) owners[slot]?.push(id)
  return owners
}

function judge(seen: readonly string[][], first: readonly string[][], nodeId: string): string[] {
  const wrong = seen.findIndex((owners, slot) => owners.length !== 1 || owners[0] !== first[slot]?.[0])
  if (wrong < 0) return []
  return [`S13: on the view of ${nodeId} slot ${wrong} belongs to ${seen[wrong]?.join(' and ') || 'nobody'}`]
}

/** S1: of those who would take a write for a slot by what they know themselves, there is at most one. */
export function doubleOwners({ fake, clock }: Pick<SimWorld, 'fake' | 'clock'>): string[] {
  const containers = fake.world().flatMap((engine) => engine.containers)
  const owning = containers.flatMap(({ process, state, networkName }) =>
    state === 'running' &&
    process?.cluster &&
    process.open &&
    process.role === 'primary' &&
    process.heldUntilMs <= clock.monotonicMs()
      ? [{ networkName, nodeId: process.nodeId, slots: process.cluster.slots }]
      : [],
  )
  return owning.flatMap((one, i) =>
    owning
      .slice(i + 1)
      .filter((other) => other.networkName === one.networkName && haveCommon(one.slots, other.slots))
      .map((other) => `S1: ${one.nodeId} and ${other.nodeId} take writes for the same slots`),
  )
}

function haveCommon(a: readonly SlotRange[], b: readonly SlotRange[]): boolean {
  return a.some((one) => b.some((other) => one.from <= other.to && other.from <= one.to))
}
