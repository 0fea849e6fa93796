import { mib } from '../plan-placement.ts'

export interface RoomOfEngine {
  engineId: string
  freeBytes: number
}

/**
 * Whether the engines have room for a rolling change; null when they have, otherwise what is lacking. Each node stands
 * beside its successor for a while, one after the other.
 */
export function findShortage(
  rooms: readonly RoomOfEngine[],
  nodes: readonly { engineId: string; memoryBytes: number }[],
  wantedBytes: number,
): string | null {
  for (const engineId of new Set(nodes.map((node) => node.engineId))) {
    const free = rooms.find((room) => room.engineId === engineId)?.freeBytes ?? 0
    const needed = peak(
      nodes.filter((node) => node.engineId === engineId).map((node) => wantedBytes - node.memoryBytes),
    )
    if (needed + wantedBytes > free)
      return `a node beside those that stand needs ${mib(needed + wantedBytes)} MiB, and its Docker engine has ${mib(Math.max(0, free))} MiB free`
  }
  return null
}

/** The most that the nodes before a successor have added by the time it is made. */
function peak(growths: readonly number[]): number {
  let [most, sum] = [0, 0]
  for (const growth of growths.slice(0, -1)) {
    sum += growth
    most = Math.max(most, sum)
  }
  return most
}
