import { replicationGroupStatus, seconds, type CacheNode, type ReplicationGroup } from '@cacheplane/domain'
import { afterEach, describe, expect, it } from 'vitest'
import { ACCOUNT, aClusterOf, aGroupPlan } from '../support/stores.ts'
import { ENGINE_ID, SimWorld } from './sim-world.ts'

/** Longer than any silence is borne. */
const COPY_MS = seconds(30)
const SETTLED_MS = seconds(10)
/** Its primary hangs up after ten seconds, five more of silence follow. */
const GIVEN_UP_MS = seconds(18)

describe.each([
  ['of a group', { zones: [null, null] }],
  ['of a cluster', { ...aClusterOf(1, 2), cacheParameterGroupName: 'default.valkey8.cluster.on' }],
])('a replica %s that is slow to copy, and answers nobody meanwhile', (_, form) => {
  let world: SimWorld
  afterEach(() => world.close())

  const find = async (): Promise<ReplicationGroup> => {
    const group = await world.test.store.findReplicationGroup(ACCOUNT, 'sessions')
    if (group === null) throw new Error('the group is gone')
    return group
  }
  const replica = async (): Promise<CacheNode> => {
    const [shard] = (await find()).nodeGroups
    const nodes = shard?.members.flatMap((member) => member.nodes) ?? []
    const found = nodes.find(({ id }) => id !== shard?.primaryNodeId)
    if (found === undefined) throw new Error('there is no replica')
    return found
  }
  /** It has died, and has begun to copy again. */
  const copying = async (): Promise<CacheNode> => {
    world = await SimWorld.open({ seed: 31, workers: 1, spares: 0 })
    const plan = aGroupPlan({ automaticFailoverEnabled: true, ...form })
    await world.doorbell.ring((await world.test.store.createReplicationGroup(plan)).workflowId)
    await world.run(SETTLED_MS)
    expect(replicationGroupStatus(await find())).toBe('available')
    world.fake.slowCopies(ENGINE_ID, COPY_MS)
    world.fake.kill((await replica()).id)
    await world.run(SETTLED_MS)
    const again = await replica()
    expect(again).toMatchObject({ incarnation: 2, openedAt: null })
    return again
  }

  it('is waited for until it has its copy', async () => {
    await copying()
    await world.run(COPY_MS)
    expect(await replica()).toMatchObject({ incarnation: 2, openedAt: expect.any(Date) })
    expect(replicationGroupStatus(await find())).toBe('available')
  })

  it('is made again when it hangs', async () => {
    const { id } = await copying()
    world.fake.hang(id, true)
    world.fake.slowCopies(ENGINE_ID, null)
    await world.run(GIVEN_UP_MS + SETTLED_MS)
    expect(await replica()).toMatchObject({ incarnation: 3, openedAt: expect.any(Date) })
    expect(replicationGroupStatus(await find())).toBe('available')
  })
})
