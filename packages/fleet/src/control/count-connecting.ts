const [CONNECTING_FIRST, CONNECTING_LAST] = [1, 7]

/**
 * How many sessions in the answer to `show sess` are on their way to one of the servers (`backend/server`): HAProxy
 * numbers the states of a session's far side, 8 is established and what follows is over.
 */
export function countConnecting(answer: string, servers: readonly string[]): number {
  return answer.split('\n').filter((line) => {
    const target = `${field(line, 'be')}/${field(line, 'srv')}`
    const state = Number(/ scb=\[(\d+),/.exec(line)?.[1] ?? 0)
    return servers.includes(target) && state >= CONNECTING_FIRST && state <= CONNECTING_LAST
  }).length
}

function field(line: string, name: string): string {
  return new RegExp(` ${name}=(\\S+)`).exec(line)?.[1] ?? ''
}
