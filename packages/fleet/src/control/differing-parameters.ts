/** What a node is told to refuse writes: more replicas than anybody may ask for. */
export const REFUSING = '2147483647'

/** Names of the parameters that a node does not have as they should be, among those that it knows. */
export function differing(
  actual: ReadonlyMap<string, string>,
  wanted: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(wanted).flatMap(([name, value]) => {
    const has = actual.get(name)
    if (has === undefined || isSame(name, has, value)) return []
    return [name]
  })
}

function isSame(name: string, has: string, wanted: string): boolean {
  switch (name) {
    case 'notify-keyspace-events':
      return eventsIn(has) === eventsIn(wanted)
    case 'min-replicas-to-write':
      // It refuses writes because its node group wants it to.
      return has === wanted || has === REFUSING
    default:
      return has === wanted
  }
}

const ALL_EVENTS = 'g$lshzxet'
/** Versions differ in whether `A` includes them, and some do not tell of them next to it. */
const IN_ALL = /[dn]/g

/** Engines tell the letters in an order of their own, and all of them as `A`. */
function eventsIn(letters: string): string {
  const spelled = new Set(letters.replace('A', ALL_EVENTS))
  const hasAll = [...ALL_EVENTS].every((letter) => spelled.has(letter))
  const sorted = [...spelled].sort().join('')
  return hasAll ? sorted.replaceAll(IN_ALL, '') : sorted
}
