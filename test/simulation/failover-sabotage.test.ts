import type { Fleet } from '@cacheplane/domain'
import type { Store } from '@cacheplane/store'
import { describe, expect, it } from 'vitest'
import type { TestStore } from '../support/stores.ts'
import { playFailovers, type FailoverScenario } from './failover-scenario.ts'
import { playShortSchedules } from './short-schedules.ts'
import type { SimWorld } from './sim-world.ts'

/** Seeds are tried until the sabotage shows; one that never shows means that the checker is blind. */
const SEEDS = Array.from({ length: 30 }, (_, i) => i + 1)

async function caught(telling: RegExp, options: Omit<FailoverScenario, 'seed'>): Promise<string> {
  const all: string[] = []
  for (const seed of SEEDS) {
    const { violations } = await playFailovers({ seed, engines: 3, faults: 0.008, ...options })
    const found = violations.find((one) => telling.test(one))
    if (found !== undefined) return found
    all.push(...violations)
  }
  return `nothing but ${all.join('; ')}`
}

const withoutFence = (fleet: Fleet): Fleet => ({
  ...fleet,
  fenceNode: () => Promise.resolve({ kind: 'fenced', how: 'killed', because: 'so they say' }),
})

/** Whoever closes the primary route is told that it is closed. */
const withoutCut = (fleet: Fleet): Fleet => ({
  ...fleet,
  routeEndpoint: (ref, slot, routes) =>
    routes.primary === null ? Promise.resolve({ kind: 'ready' }) : fleet.routeEndpoint(ref, slot, routes),
})

/** From the fence to the promotion replicas are told apart by what they had when they were let in. */
function withOldOffsets(fleet: Fleet): Fleet {
  const first = new Map<string, number>()
  let isElecting = false
  return {
    ...fleet,
    fenceNode: (ref) => {
      isElecting = true
      return fleet.fenceNode(ref)
    },
    promoteNode: (spec) => {
      isElecting = false
      return fleet.promoteNode(spec)
    },
    examineNode: async (ref, withinMs) => {
      const reading = await fleet.examineNode(ref, withinMs)
      if (reading.kind !== 'serving' || reading.role !== 'replica' || !reading.open) return reading
      const key = `${ref.nodeId}/${reading.replication.historyId}`
      const offset = first.get(key) ?? reading.replication.offset
      first.set(key, offset)
      return isElecting ? { ...reading, replication: { ...reading.replication, offset } } : reading
    },
  }
}

/** Edges forget to cut the connections that stand. */
function leaveSessions({ fake }: SimWorld): void {
  for (const { containers } of fake.world())
    for (const { edge } of containers)
      for (const { primary } of edge?.slots ?? []) primary.sessions.clear = () => undefined
}

/** What is started again lets clients and replicas in by itself. */
function bootOpen({ fake }: SimWorld): void {
  for (const { containers } of fake.world())
    for (const { process } of containers)
      if (process?.role === 'primary') Object.assign(process, { open: true, replicasAdmitted: true })
}

/** The fence is not written down. */
const withoutRecord = ({ store }: TestStore): Store => ({
  ...store,
  commit: (lease, step) =>
    store.commit(lease, {
      ...step,
      changes: step.changes.map((change) =>
        change.do === 'advance-failover' && change.advance.phases !== undefined
          ? {
              ...change,
              advance: {
                ...change.advance,
                phases: change.advance.phases.filter(({ phase }) => phase !== 'fenced'),
              },
            }
          : change,
      ),
    }),
})

/** Every change of primary takes place in the epoch that was there. */
const withoutEpochs = (test: TestStore): Store => ({
  ...test.store,
  commit: async (lease, step) => {
    const changes = step.changes.filter(({ do: what }) => what !== 'begin-epoch' && what !== 'set-primary')
    const committed = await test.store.commit(lease, { ...step, changes })
    for (const change of step.changes) {
      if (change.do !== 'set-primary') continue
      const values = [change.nodeId, change.nodeGroupId]
      await test.rows('UPDATE node_group SET primary_node_id = $1 WHERE id = $2', values)
    }
    return committed
  },
})

describe('with a guard of failovers switched off, the checkers cry out', () => {
  it.each<[string, RegExp, Omit<FailoverScenario, 'seed'>]>([
    [
      'the fence is skipped',
      /^S4: .* still takes writes/,
      { sabotageFleet: withoutFence, faults: 0, tests: 0.02 },
    ],
    ['the fence is not recorded', /^S4: .* without a fence/, { sabotage: withoutRecord }],
    [
      'fence skipped, route left open: writes go to the past',
      /^S5/,
      { sabotageFleet: (fleet) => withoutCut(withoutFence(fleet)), faults: 0, tests: 0.02 },
    ],
    [
      'fence skipped, connections left: two nodes acknowledge',
      /^S1/,
      { sabotageFleet: withoutFence, corrupt: leaveSessions, faults: 0, tests: 0.02 },
    ],
    ['a node boots open', /^S[56]/, { corrupt: bootOpen }],
    ['epochs are not counted', /^(S2|LV)/, { sabotage: withoutEpochs }],
  ])('%s', async (_, telling, options) => {
    expect(await caught(telling, options)).toMatch(telling)
  })

  it('offsets from before the fence', async () => {
    const telling = /S3: .* is promoted over/
    const all: string[] = []
    for (const seed of SEEDS) {
      const result = await playShortSchedules({ seed, schedules: 40, sabotageFleet: withOldOffsets })
      all.push(...result.reports.flatMap(({ violations }) => violations))
      if (telling.test(all.join())) break
    }
    expect(all.join()).toMatch(telling)
  })
})
