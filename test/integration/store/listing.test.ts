import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bringHome, ownerNamed } from '../../support/bring-home.ts'
import { ACCOUNT, aClusterOf, aGroupPlan, openTestStore, type TestStore } from '../../support/stores.ts'

describe('a list of replication groups', () => {
  let test: TestStore
  beforeAll(async () => {
    test = await openTestStore('simulation')
    const plans = [
      { replicationGroupId: 'alone' },
      { replicationGroupId: 'copied', zones: [null, null, null], automaticFailoverEnabled: true },
      { replicationGroupId: 'sharded', ...aClusterOf(3, 2) },
      { replicationGroupId: 'spread', ...aClusterOf(2, 1) },
      { replicationGroupId: 'young' },
    ]
    for (const plan of plans) await test.store.createReplicationGroup(aGroupPlan(plan))
    for (const { replicationGroupId: name } of plans.slice(0, 3))
      await bringHome(test, await ownerNamed(test.store, 'replication-group', name))
  })
  afterAll(() => test.close())

  it('says of each what is said of it alone, whatever its shards, replicas and state', async () => {
    const listed = await test.store.listReplicationGroups(ACCOUNT, { limit: 100 })
    const names = ['alone', 'copied', 'sharded', 'spread', 'young']
    const alone = await Promise.all(names.map((name) => test.store.findReplicationGroup(ACCOUNT, name)))
    expect(listed).toEqual(alone)
    expect(listed[2]?.nodeGroups.map(({ members }) => members.length)).toEqual([2, 2, 2])
    expect(listed[0]?.nodeGroups[0]?.endpoint?.servingAt).toBeInstanceOf(Date)
  })

  it('counts groups, and not their nodes', async () => {
    const listed = await test.store.listReplicationGroups(ACCOUNT, { limit: 2, after: 'alone' })
    expect(listed.map(({ replicationGroupId }) => replicationGroupId)).toEqual(['copied', 'sharded'])
  })
})
