import { replicationGroupStatus, seconds } from '@cacheplane/domain'
import { expect, it } from 'vitest'
import { aGroupPlan } from '../support/stores.ts'
import { Groups } from './groups.ts'
import { SimWorld } from './sim-world.ts'

it('a worker that starts while a zone is lost still fails over from it', async () => {
  const world = await SimWorld.open({ seed: 9, engines: 3, workers: 1, spares: 0 })
  try {
    const groups = new Groups(world)
    const zones = ['local-1b', 'local-1a', 'local-1c']
    const plan = aGroupPlan({ automaticFailoverEnabled: true, multiAZEnabled: true, zones })
    const { workflowId } = await world.test.store.createReplicationGroup(plan)
    await world.doorbell.ring(workflowId)
    await world.run(seconds(10))
    const [before] = await groups.read()
    expect(before && replicationGroupStatus(before.group)).toBe('available')

    const lost = before?.nodes.find(({ id }) => id === before.shard.primaryNodeId)
    world.fake.setEngine(lost?.engineId ?? '', 'dark')
    for (const { actor } of world.workers) world.turnstile.kill(actor)
    world.startWorker()
    await world.run(seconds(20))
    const [after] = await groups.read()
    const primary = after?.nodes.find(({ id }) => id === after.shard.primaryNodeId)
    expect(primary?.engineId).not.toBe(lost?.engineId)
    expect(primary && groups.processOf(primary)?.role).toBe('primary')
  } finally {
    await world.close()
  }
})
