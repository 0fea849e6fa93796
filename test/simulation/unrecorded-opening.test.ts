import { replicationGroupStatus, seconds } from '@cacheplane/domain'
import type { SimulatedProcess } from '@cacheplane/fleet/fake'
import { expect, it } from 'vitest'
import { ACCOUNT, aGroupPlan } from '../support/stores.ts'
import { Groups } from './groups.ts'
import { Ledger } from './ledger.ts'
import { SimWorld } from './sim-world.ts'
import { Writers } from './writers.ts'

const HEALED_MS = seconds(60)

it.each([true, false])(
  'a replica that was let in is counted on, though its worker died before writing that down (automatic failover: %s)',
  async (automaticFailoverEnabled) => {
    const world = await SimWorld.open({ seed: 5, engines: 3, workers: 1, spares: 0 })
    try {
      const groups = new Groups(world)
      const ledger = new Ledger()
      const broken: string[] = []
      const writers = new Writers(world, groups, ledger, (what) => void broken.push(what))
      let opened: SimulatedProcess | null = null
      // The order to open it has had its effect, and nobody hears of it.
      world.fake.watchers.onOpening = (process) => {
        if (process.role !== 'replica' || opened !== null) return
        opened = process
        for (const { actor } of world.workers) actor.state = 'dead'
      }
      const plan = aGroupPlan({ automaticFailoverEnabled, zones: [null, null] })
      const { workflowId } = await world.test.store.createReplicationGroup(plan)
      await world.doorbell.ring(workflowId)
      await world.run(seconds(10), async () => {
        await groups.read()
        writers.write()
      })
      const [before] = await groups.read()
      expect(opened).not.toBeNull()
      expect(before?.nodes.map(({ openedAt }) => openedAt === null).sort()).toEqual([false, true])
      expect(ledger.total).toBeGreaterThan(10)

      world.fake.replicate()
      world.fake.kill(before?.shard.primaryNodeId ?? '')
      world.startWorker()
      await world.run(HEALED_MS)
      const [after] = await groups.read()
      expect(after && replicationGroupStatus(after.group)).toBe('available')
      const kept = after?.nodes.map((node) => groups.processOf(node)?.writes.length)
      expect(kept).toEqual([ledger.total, ledger.total])
      const lines = await world.test.rows(`SELECT message FROM event WHERE message LIKE '%was lost%'`)
      expect({ lines, broken }).toEqual({ lines: [], broken: [] })
      expect(await world.test.store.listFailovers(ACCOUNT, 'sessions', 10)).toHaveLength(1)
    } finally {
      await world.close()
    }
  },
)
