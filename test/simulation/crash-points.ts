import { seconds } from '@cacheplane/domain'
import { FAILPOINT_POSITIONS, failpointName, RUNBOOKS } from '@cacheplane/workflows'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clusterDisagreements } from './cluster-disagreements.ts'
import { Life, type Trouble } from './lives.ts'
import { SimWorld } from './sim-world.ts'
import { NOTHING, standing } from './standing.ts'
import { Trap } from './trap.ts'

/** With cluster mode much of it is other code. */
const OF_CLUSTER = new Set([
  'replication-group.join',
  'node-group.converge',
  'node-group.fence',
  'node-group.promote',
])

/** Networks in waiting and snapshots have points, and tests, of their own. */
const ELSEWHERE = ['docker-engine', 'snapshot']
const ALL_POINTS = RUNBOOKS.filter(({ kind }) => !ELSEWHERE.includes(kind))
  .flatMap(({ kind, stepNames }) =>
    stepNames.flatMap((step) =>
      FAILPOINT_POSITIONS.map((position) => ({ kind, step, name: failpointName(kind, step, position) })),
    ),
  )
  // Of those that are made from files, as snapshots are.
  .filter(({ step }) => step !== 'await_files')
/** Steps that only a change of shards passes. */
const OF_RESHARDING = new Set(['reshard', 'open_slots', 'drain_slots', 'assign_slots', 'retire_shards'])
export const POINTS = [
  ...ALL_POINTS.filter(({ step }) => step !== 'join' && !OF_RESHARDING.has(step)).map((point) => ({
    ...point,
    mode: 'without cluster mode',
  })),
  ...ALL_POINTS.filter(({ kind, step }) => OF_CLUSTER.has(`${kind}.${step}`)).map((point) => ({
    ...point,
    mode: 'with cluster mode',
  })),
  ...ALL_POINTS.filter(({ step }) => OF_RESHARDING.has(step)).map((point) => ({
    ...point,
    mode: 'with cluster mode',
  })),
]
/** Steps that are only seen when a creation fails. */
const OF_FAILURE = new Set(['unwind', 'failed'])
const OF_FAILOVER: Readonly<Record<string, Trouble>> = {
  fence: 'fails-over',
  elect: 'waits-for-heirs',
  promote: 'fails-over',
  rebuild: 'recovers',
  close: 'switches',
  catch_up: 'switches',
  reopen: 'gives-up-switch',
}

/** Longer than a lease, so that another worker takes over in between. */
const RECOVERED_MS = seconds(25)

const clusterTroubleAt = (step: string): Trouble => (OF_RESHARDING.has(step) ? 'reshards' : 'loses-shard')

function troubleAt(kind: string, step: string): Trouble {
  if (kind === 'edge') return step === 'failed' || step === 'destroy' ? 'has-no-port' : 'loses-edge'
  if (OF_FAILURE.has(step)) return 'fails'
  if (kind === 'availability-zone') return 'loses-zone'
  return (kind === 'node-group' ? OF_FAILOVER[step] : undefined) ?? 'loses-node'
}

/** One life for each of the points, with a worker that dies there; in files of their own, so that they run side by side. */
export function describeCrashes(title: string, points: readonly (typeof POINTS)[number][]): void {
  describe(title, () => {
    const trap = new Trap()
    let world: SimWorld
    let round = 0

    beforeAll(async () => {
      world = await SimWorld.open({ seed: 7, workers: 1, spares: 0, failpoints: trap.failpoints })
      trap.world = world
    })
    afterAll(() => world.close())

    it.each([...points])(
      'at $name $mode: everything is created, repaired and deleted all the same',
      async ({ kind, step, name, mode }) => {
        const trouble = mode === 'with cluster mode' ? clusterTroubleAt(step) : troubleAt(kind, step)
        const fails = trouble === 'fails' || trouble === 'has-no-port'
        // Only a node that stands alone is diagnosed by its own workflow.
        const isAlone = kind === 'cache-cluster' || name.startsWith('node.diagnose.')
        const life = new Life(
          world,
          isAlone ? 'cache-cluster' : 'replication-group',
          `round-${++round}`,
          trouble,
        )
        trap.hits = 0
        trap.armed = trouble === 'loses-edge' ? null : name
        await life.begin()
        await world.run(RECOVERED_MS)
        const created = await life.status()
        trap.armed = trap.hits === 0 ? name : null
        await life.suffer()
        await world.run(RECOVERED_MS)
        const repaired = await life.status()
        const disagreements = clusterDisagreements(world)
        await life.end()
        await world.run(RECOVERED_MS)
        expect({ hits: trap.hits, created, repaired, deleted: await life.status(), disagreements }).toEqual({
          disagreements: [],
          hits: 1,
          created: fails ? 'create-failed' : 'available',
          repaired: fails ? 'create-failed' : 'available',
          deleted: 'gone',
        })
        expect(standing(world)).toEqual(NOTHING)
        const held = await world.test.rows(`SELECT 1 FROM ip_allocation WHERE released_at IS NULL
      UNION ALL SELECT 1 FROM port_allocation WHERE released_at IS NULL AND node_id NOT IN (SELECT id FROM edge)
      UNION ALL SELECT 1 FROM subnet_allocation WHERE released_at IS NULL
      UNION ALL SELECT 1 FROM workflow WHERE kind <> 'edge'
      UNION ALL SELECT 1 FROM endpoint WHERE node_group_id IS NOT NULL OR replication_group_id IS NOT NULL`)
        expect(held).toEqual([])
      },
    )
  })
}
