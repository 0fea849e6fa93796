import type { Change } from '@cacheplane/domain'

type Advance = Extract<Change, { do: 'advance-failover' }>

/** What a step tells of one failover in several places is one change of its record, where the last of them stands. */
export function mergeAdvances(changes: readonly Change[]): Change[] {
  const told = new Map<string, Advance>()
  const last = new Map<string, number>()
  changes.forEach((change, i) => {
    if (change.do !== 'advance-failover') return
    told.set(change.failoverId, join(told.get(change.failoverId), change))
    last.set(change.failoverId, i)
  })
  return changes.flatMap((change, i): Change[] => {
    if (change.do !== 'advance-failover') return [change]
    return last.get(change.failoverId) === i ? [told.get(change.failoverId) ?? change] : []
  })
}

function join(before: Advance | undefined, after: Advance): Advance {
  if (before === undefined) return after
  const phases = [...(before.advance.phases ?? []), ...(after.advance.phases ?? [])]
  return { ...after, advance: { ...before.advance, ...after.advance, phases } }
}
