import { replicationGroupStatus } from '@cacheplane/domain'
import { afterEach, describe, expect, it } from 'vitest'
import { ACCOUNT, aClusterOf, aGroupPlan } from '../support/stores.ts'
import { SimWorld } from './sim-world.ts'

const [LOOKS, EVERY_MS] = [80, 100]

describe('a cluster whose primaries answer that it is down for a while after their start', () => {
  let world: SimWorld
  afterEach(() => world.close())

  const status = async (): Promise<string> => {
    const group = await world.test.store.findReplicationGroup(ACCOUNT, 'sessions')
    return group === null ? 'gone' : replicationGroupStatus(group)
  }
  const areServing = (): boolean =>
    world.fake.world().every(({ containers }) =>
      containers.every(({ process }) => {
        if (!process?.cluster || process.role === 'replica') return true
        return process.cluster.servesAtMs <= world.clock.monotonicMs()
      }),
    )
  /** Whether it served whenever it was said to be available. */
  const watch = async (): Promise<boolean[]> => {
    const seen: boolean[] = []
    for (let i = 0; i < LOOKS; i++) {
      await world.run(EVERY_MS)
      if ((await status()) === 'available') seen.push(areServing())
    }
    return seen
  }

  it('is available only once all of them serve, when it is new and when a lost one was made again', async () => {
    world = await SimWorld.open({ seed: 37, workers: 1, spares: 0 })
    const plan = aGroupPlan({ ...aClusterOf(1, 1), cacheParameterGroupName: 'default.valkey8.cluster.on' })
    await world.doorbell.ring((await world.test.store.createReplicationGroup(plan)).workflowId)
    const created = await watch()
    expect(created).not.toHaveLength(0)
    expect(created).not.toContain(false)
    const group = await world.test.store.findReplicationGroup(ACCOUNT, 'sessions')
    world.fake.kill(group?.nodeGroups[0]?.primaryNodeId ?? '')
    await world.run(EVERY_MS)
    expect(await status()).toBe('modifying')
    const recovered = await watch()
    expect(recovered).not.toHaveLength(0)
    expect(recovered).not.toContain(false)
  })
})
