import type { SlotRange } from '../cluster/slots.ts'
import { ServiceError } from '../errors.ts'
import { findNodeType, nodeLimits } from '../node-types.ts'
import { mib } from '../plan-placement.ts'
import type { NodeSettings } from '../resources.ts'
import { canFollow } from '../rolling/can-follow.ts'
import { shareOf } from './plan-seed.ts'
import type { Snapshot, SnapshotContent } from './snapshot.ts'
import { snapshotStatus } from './snapshot-status.ts'

/** What an engine takes for itself and for its replicas, whatever it holds. */
const OVERHEAD_BYTES = 16 * 1024 ** 2

/** What is to be made from the snapshot. */
export interface RestoreWish extends Pick<NodeSettings, 'engine' | 'engineVersion' | 'cacheNodeType'> {
  /** Null without cluster mode. */
  shards: readonly { slots: readonly SlotRange[] }[] | null
}

/** Throws why the snapshot cannot be what was asked for; nothing is made then. */
export function requireRestorable(snapshot: Snapshot, wish: RestoreWish): void {
  const refusal = whyNotRestorable(snapshot, wish)
  if (refusal !== null) throw refusal
}

export function whyNotRestorable(snapshot: Snapshot, wish: RestoreWish): ServiceError | null {
  const status = snapshotStatus(snapshot)
  const called = nameOf(snapshot)
  if (status !== 'available' && status !== 'restoring')
    return new ServiceError(
      'InvalidSnapshotState',
      `${called} has status ${status}; a cache can be made from one that is available.`,
    )
  if (snapshot.origin.clusterEnabled && wish.shards === null)
    // A cluster's keys have to be shared out again, which engines without cluster mode do for nobody.
    return combination(
      'snapshotName',
      `${called} is of a replication group with cluster mode enabled, and is restored to one with cluster mode enabled.`,
    )
  const contents = snapshot.files.flatMap(({ content }) => content ?? [])
  const foreign = contents.find((content) => !canFollow(wish, { ...wish, ...writerOf(content) }))
  if (foreign !== undefined)
    return combination(
      'engineVersion',
      `${called} was written by ${foreign.engine} ${foreign.engineVersion}, which ${wish.engine} ${wish.engineVersion} cannot read.`,
    )
  const [needed, room] = [neededBytes(snapshot, wish), roomOf(wish)]
  if (needed <= room) return null
  return combination(
    'cacheNodeType',
    `${called} takes ${mib(needed)} MiB of a node's memory, and ${wish.cacheNodeType} has ${mib(room)} MiB for data.`,
  )
}

/** What was brought for one cache has a name that nobody has given it. */
const nameOf = ({ snapshotName, broughtFor }: Snapshot): string =>
  broughtFor === null ? `Snapshot ${snapshotName}` : 'What snapshotArns names'

const writerOf = ({ engine, engineVersion }: SnapshotContent) => ({ engine, engineVersion })

/** Memory that the fullest shard will need for data, if keys are spread evenly over their slots. */
function neededBytes({ files }: Snapshot, { shards }: RestoreWish): number {
  const all = (shards ?? [{ slots: [] }]).map(({ slots }) =>
    files.reduce((total, { slots: held, content }) => {
      const used = Math.max(0, (content?.usedMemoryBytes ?? 0) - OVERHEAD_BYTES)
      return total + used * (slots.length === 0 ? 1 : shareOf(held, slots))
    }, 0),
  )
  return Math.ceil(Math.max(0, ...all))
}

function roomOf({ cacheNodeType, engine }: Pick<RestoreWish, 'cacheNodeType' | 'engine'>): number {
  const type = findNodeType(cacheNodeType)
  return type === undefined ? 0 : nodeLimits(type, engine, type.vcpus).maxmemoryBytes
}

function combination(path: string, message: string): ServiceError {
  return new ServiceError('InvalidParameterCombination', message, [{ path, message }])
}
