const [CONNECTING_FIRST, CONNECTING_LAST] = [1, 7]

/**
 * How many sessions in the answer to `show sess` are on their way to each server (`backend/server`): HAProxy numbers the
 * states of a session's far side, 8 is established and what follows is over.
 */
export function countConnecting(answer: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const line of answer.split('\n')) {
    const state = Number(/ scb=\[(\d+),/.exec(line)?.[1] ?? 0)
    if (state < CONNECTING_FIRST || state > CONNECTING_LAST) continue
    const server = `${field(line, 'be')}/${field(line, 'srv')}`
    counts.set(server, (counts.get(server) ?? 0) + 1)
  }
  return counts
}

function field(line: string, name: string): string {
  return new RegExp(` ${name}=(\\S+)`).exec(line)?.[1] ?? ''
}
