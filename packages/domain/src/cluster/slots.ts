/** A cluster's keys are shared out among its shards by slot. */
export const SLOTS = 16_384

/** Both ends belong to it. */
export interface SlotRange {
  from: number
  to: number
}

const RANGE = /^(\d{1,5})(?:-(\d{1,5}))?$/

/** ElastiCache's form: `0-5460,10923`. Null when it is not one, or says a slot twice. */
export function parseSlots(text: string): SlotRange[] | null {
  const ranges = text.split(',').map((part): SlotRange | null => {
    const [, from, to = from] = RANGE.exec(part.trim()) ?? []
    const range = { from: Number(from), to: Number(to) }
    return from !== undefined && range.from <= range.to && range.to < SLOTS ? range : null
  })
  const known = ranges.filter((range) => range !== null)
  const slots = slotsIn(known)
  return known.length === ranges.length && new Set(slots).size === slots.length ? rangesOf(slots) : null
}

export function formatSlots(ranges: readonly SlotRange[]): string {
  return ranges.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(',')
}

export function slotsIn(ranges: readonly SlotRange[]): number[] {
  return ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i))
}

/** As few ranges as there can be, in order. */
export function rangesOf(slots: Iterable<number>): SlotRange[] {
  const ranges: SlotRange[] = []
  for (const slot of [...new Set(slots)].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last?.to === slot - 1) last.to = slot
    else ranges.push({ from: slot, to: slot })
  }
  return ranges
}

/** Whether they are the same slots; both in order and as few ranges as can be. */
export function isSameSlots(a: readonly SlotRange[], b: readonly SlotRange[]): boolean {
  return a.length === b.length && a.every(({ from, to }, i) => from === b[i]?.from && to === b[i].to)
}

/** Equal shares in order, the remainder to the first (elasticache-reference, 6.6). */
export function splitSlots(shards: number): SlotRange[] {
  let from = 0
  return Array.from({ length: shards }, (_, i) => {
    const count = Math.floor(SLOTS / shards) + (i < SLOTS % shards ? 1 : 0)
    const range = { from, to: from + count - 1 }
    from += count
    return range
  })
}
