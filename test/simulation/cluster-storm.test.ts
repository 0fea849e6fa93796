import { replicationGroupStatus, seconds, type CacheNode } from '@cacheplane/domain'
import { expect, it } from 'vitest'
import { ACCOUNT, aClusterOf, aGroupPlan } from '../support/stores.ts'
import { clusterDisagreements, doubleOwners } from './cluster-disagreements.ts'
import { SimWorld } from './sim-world.ts'

const NAME = 'sharded'
const STORM_MS = seconds(25)
const HEALED_MS = seconds(60)
const FAULTS = { lostBefore: 0.02, lostAfter: 0.02, delayed: 0.02, maxDelayMs: 3_000 }

it.each([3, 17])(
  'seed %d: whatever dies of a cluster, no slot ever has two owners who take writes, and it is whole a minute later',
  async (seed) => {
    const world = await SimWorld.open({ seed, workers: 2, spares: 0, ringsLost: 0.05 })
    const { store } = world.test
    const find = async () => store.findReplicationGroup(ACCOUNT, NAME)
    const violations = new Set<string>()
    const watch = () => {
      for (const what of doubleOwners(world)) violations.add(what)
    }
    const nodes = async (): Promise<CacheNode[]> =>
      ((await find())?.nodeGroups ?? []).flatMap(({ members }) => members.flatMap((member) => member.nodes))
    const strike = async () => {
      watch()
      if (!world.dice.chance(0.02)) return
      const victim = world.dice.pick(await nodes())
      if (victim === undefined) return
      if (world.dice.chance(0.5)) world.fake.kill(victim.id)
      else if (world.dice.chance(0.5)) world.fake.restart(victim.id)
      else {
        world.fake.pause(victim.id)
        void world.clock.sleep(world.dice.below(seconds(9))).then(() => world.fake.resume(victim.id))
      }
    }
    try {
      const plan = aGroupPlan({ replicationGroupId: NAME, ...aClusterOf(2, 3) })
      await world.doorbell.ring((await store.createReplicationGroup(plan)).workflowId)
      await world.run(seconds(10), watch)
      world.fake.faults.rates = FAULTS
      await world.run(STORM_MS, strike)
      world.fake.faults.clear()
      await world.run(HEALED_MS, watch)
      const group = await find()
      expect(group === null ? 'gone' : replicationGroupStatus(group)).toBe('available')
      expect(await world.test.rows(`SELECT 1 FROM failover WHERE status = 'completed'`)).not.toEqual([])
      expect(clusterDisagreements(world)).toEqual([])
      expect([...violations]).toEqual([])
    } finally {
      await world.close()
    }
  },
)
