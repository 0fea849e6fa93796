import { isSameSlots, type SlotRange } from '../cluster/slots.ts'
import { ServiceError } from '../errors.ts'
import { findNodeType, nodeLimits } from '../node-types.ts'
import { mib } from '../plan-placement.ts'
import type { NodeChoice } from '../resources.ts'
import { canFollow } from '../rolling/can-follow.ts'
import type { Snapshot, SnapshotContent } from './snapshot.ts'
import { snapshotStatus } from './snapshot-status.ts'

/** What an engine takes for itself and for its replicas, whatever it holds. */
const OVERHEAD_BYTES = 16 * 1024 ** 2

/** What is to be made from the snapshot. */
export interface RestoreWish extends NodeChoice {
  /** Null without cluster mode. */
  shards: readonly { slots: readonly SlotRange[] }[] | null
}

/** Throws why the snapshot cannot be what was asked for; nothing is made then. */
export function requireRestorable(snapshot: Snapshot, wish: RestoreWish): void {
  const { snapshotName } = snapshot
  const status = snapshotStatus(snapshot)
  if (status !== 'available' && status !== 'restoring')
    throw new ServiceError(
      'InvalidSnapshotState',
      `Snapshot ${snapshotName} has status ${status}; a cache can be made from one that is available.`,
    )
  requireShards(snapshot, wish)
  const contents = snapshot.files.flatMap(({ content }) => content ?? [])
  const foreign = contents.find((content) => !canFollow(wish, { ...wish, ...writerOf(content) }))
  if (foreign !== undefined)
    throw combination(
      'engineVersion',
      `Snapshot ${snapshotName} was written by ${foreign.engine} ${foreign.engineVersion}, which ${wish.engine} ${wish.engineVersion} cannot read.`,
    )
  const needed = Math.max(0, ...contents.map(({ usedMemoryBytes }) => usedMemoryBytes - OVERHEAD_BYTES))
  const room = roomOf(wish)
  if (needed > room)
    throw combination(
      'cacheNodeType',
      `Snapshot ${snapshotName} takes ${mib(needed)} MiB of memory, and ${wish.cacheNodeType} has ${mib(room)} MiB for data.`,
    )
}

const writerOf = ({ engine, engineVersion }: SnapshotContent) => ({ engine, engineVersion })

/** Every file is what one shard begins with. */
function requireShards({ snapshotName, origin, files }: Snapshot, { shards }: RestoreWish): void {
  const isCluster = shards !== null
  if (origin.clusterEnabled !== isCluster)
    throw combination(
      'snapshotName',
      `Snapshot ${snapshotName} is of a replication group with cluster mode ${origin.clusterEnabled ? 'enabled' : 'disabled'}, and is restored to one of the same mode.`,
    )
  if (shards === null) return
  const isOnes = ({ slots }: { slots: readonly SlotRange[] }) =>
    files.some((file) => isSameSlots(file.slots, slots))
  if (shards.length === files.length && shards.every(isOnes)) return
  throw combination(
    'nodeGroupConfiguration',
    `Snapshot ${snapshotName} is of ${files.length} shards, and is restored to as many with the same slots: leave numNodeGroups and the slots of nodeGroupConfiguration out.`,
  )
}

function roomOf({ cacheNodeType, engine }: NodeChoice): number {
  const type = findNodeType(cacheNodeType)
  return type === undefined ? 0 : nodeLimits(type, engine, type.vcpus).maxmemoryBytes
}

function combination(path: string, message: string): ServiceError {
  return new ServiceError('InvalidParameterCombination', message, [{ path, message }])
}
