import { replicationGroupStatus, seconds, slotsIn, type NodeGroup, type SlotRange } from '@cacheplane/domain'
import { expect, it } from 'vitest'
import { ACCOUNT, aClusterOf, aGroupPlan } from '../support/stores.ts'
import { clusterDisagreements } from './cluster-disagreements.ts'
import { SimWorld } from './sim-world.ts'

const NAME = 'sharded'

it('slots that a new shard owns stay there when the shard that gave them loses its primary, and its replica has not heard of it', async () => {
  const world = await SimWorld.open({ seed: 5, workers: 2, spares: 0 })
  const { store } = world.test
  const shards = async (): Promise<NodeGroup[]> =>
    (await store.findReplicationGroup(ACCOUNT, NAME))?.nodeGroups ?? []
  const seenBy = (nodeId: string): SlotRange[] => {
    const containers = world.fake.world().flatMap((engine) => engine.containers)
    return containers.find(({ process }) => process?.nodeId === nodeId)?.process?.cluster?.slots ?? []
  }
  const violations = new Set<string>()
  const arrived = new Set<number>()
  let [gainer, giver, isStruck] = ['', '', false]
  let seen: SlotRange[] = []
  const watch = () => {
    const ranges = seenBy(gainer)
    if (ranges === seen) return
    seen = ranges
    const owned = new Set(slotsIn(ranges))
    for (const slot of arrived) if (!owned.has(slot)) violations.add(`slot ${slot} was taken back`)
    for (const slot of owned) arrived.add(slot)
    if (isStruck || owned.size === 0) return
    isStruck = true
    world.later(0, async () => void (await Promise.resolve(world.fake.kill(giver))))
  }
  try {
    const plan = aGroupPlan({ replicationGroupId: NAME, ...aClusterOf(1, 2) })
    await world.doorbell.ring((await store.createReplicationGroup(plan)).workflowId)
    await world.run(seconds(10))
    const [first] = await shards()
    giver = first?.primaryNodeId ?? ''
    for (const { nodes } of first?.members ?? [])
      for (const { id } of nodes) if (id !== giver) world.fake.deafen(id, true)
    const wish = { nodeGroupCount: 2, added: [], remove: [], retain: [] }
    await world.doorbell.ring((await store.changeShards(ACCOUNT, NAME, wish)).workflowId)
    gainer = (await shards()).find(({ nodeGroupId }) => nodeGroupId === '0002')?.primaryNodeId ?? ''
    await world.run(seconds(40), watch)
    const group = await store.findReplicationGroup(ACCOUNT, NAME)
    expect({ violations: [...violations].slice(0, 3), isStruck, arrived: arrived.size }).toEqual({
      violations: [],
      isStruck: true,
      arrived: 8192,
    })
    expect(group === null ? 'gone' : replicationGroupStatus(group)).toBe('available')
    expect(await world.test.rows(`SELECT 1 FROM failover WHERE status = 'completed'`)).toHaveLength(1)
    expect(clusterDisagreements(world)).toEqual([])
  } finally {
    await world.close()
  }
})
