import { isSameSlots, type SlotRange } from '../cluster/slots.ts'
import type { VaultFile } from '../ports/vault.ts'

/** What a primary begins with: a file as it is, or what several hold in some slots. */
export interface Seed {
  files: readonly VaultFile[]
  /** Null for all there is. */
  slots: readonly SlotRange[] | null
}

type File = VaultFile & { slots: readonly SlotRange[] }

/**
 * What the shard of those slots begins with, of the files of a snapshot: the one of its very slots, or its part of all that
 * have some of them. Without cluster mode there are no slots, and one file.
 */
export function planSeed(files: readonly File[], slots: readonly SlotRange[]): Seed {
  const same = files.find((file) => isSameSlots(file.slots, slots))
  if (same !== undefined) return { files: [plain(same)], slots: null }
  return { files: files.filter((file) => shareOf(file.slots, slots) > 0).map(plain), slots }
}

/** Which part of what a file holds is in those slots, from 0 to 1, if keys are spread evenly. */
export function shareOf(held: readonly SlotRange[], slots: readonly SlotRange[]): number {
  const all = held.length === 0 ? [EVERYTHING] : held
  const common = all.flatMap((a) => slots.map((b) => Math.max(0, overlap(a, b))))
  return sum(common) / sum(all.map((range) => overlap(range, range)))
}

const EVERYTHING: SlotRange = { from: 0, to: 16_383 }

const overlap = (a: SlotRange, b: SlotRange): number => Math.min(a.to, b.to) - Math.max(a.from, b.from) + 1
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
const plain = ({ fileId, bytes, sha256 }: File): VaultFile => ({ fileId, bytes, sha256 })
