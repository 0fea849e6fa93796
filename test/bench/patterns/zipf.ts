/** Draws ranks from 1 to `size`, of which the n-th is drawn 1/n as often as the first; the same ones for the same seed. */
export function zipf(size: number, seed: number): () => number {
  const sums = new Float64Array(size)
  let sum = 0
  for (let i = 0; i < size; i += 1) sums[i] = sum += 1 / (i + 1)
  const random = dice(seed)
  return () => {
    const at = random() * sum
    let [low, high] = [0, size - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((sums[middle] ?? 0) < at) low = middle + 1
      else high = middle
    }
    return low + 1
  }
}

/** mulberry32 */
export function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
