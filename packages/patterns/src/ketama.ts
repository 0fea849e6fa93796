import { createHash } from 'node:crypto'

const HASHES_PER_NODE = 40
const POINTS_PER_HASH = 4

/**
 * libketama's ring: every client that hashes so finds the same node, and a node that comes or goes moves only its share
 * of the keys.
 *
 * @param names of the nodes, `address:port`
 */
export function ketamaRing(names: readonly string[]): (key: string) => string {
  const points = names.flatMap((name) =>
    Array.from({ length: HASHES_PER_NODE }, (_, i) => md5(`${name}-${i}`)).flatMap((digest) =>
      Array.from({ length: POINTS_PER_HASH }, (_, part) => ({ at: digest.readUInt32LE(part * 4), name })),
    ),
  )
  points.sort((a, b) => a.at - b.at)
  return (key) => {
    const at = md5(key).readUInt32LE(0)
    let [low, high] = [0, points.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((points[middle]?.at ?? 0) < at) low = middle + 1
      else high = middle
    }
    const name = (points[low] ?? points[0])?.name
    if (name === undefined) throw new Error('there is no Memcached node')
    return name
  }
}

const md5 = (text: string): Buffer => createHash('md5').update(text).digest()
