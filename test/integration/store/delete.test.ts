import { Bug, done, hop, type Change } from '@cacheplane/domain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  aClusterPlan,
  aCommit,
  aGroupPlan,
  mustClaim,
  openTestStore,
  QUARANTINE_MS,
  type TestStore,
} from '../../support/stores.ts'

/** Room for two nodes beside the 33 ports of an edge. */
const PORTS = { portPool: { from: 10_000, to: 10_034 } }

describe('deleting', () => {
  let test: TestStore
  beforeEach(async () => {
    test = await openTestStore('simulation')
  })
  afterEach(() => test.close())

  const change = async (workflowId: string, changes: Change[], isLast = false) => {
    const claim = await mustClaim(test.store, workflowId)
    const committed = await test.store.commit(
      claim.lease,
      aCommit(claim, isLast ? done() : hop('destroy'), { changes }),
    )
    await test.pass(60_000)
    return committed
  }
  const removeGroup = async (name: string, workflowId: string) => {
    const group = await test.store.findReplicationGroup(ACCOUNT, name)
    const nodes = group?.nodeGroups.flatMap((shard) => shard.members.flatMap((member) => member.nodes)) ?? []
    const changes: Change[] = nodes.map((node) => ({ do: 'remove-node', nodeId: node.id }))
    await change(workflowId, [...changes, { do: 'remove-replication-group', id: group?.id ?? '' }], true)
  }

  it('is accepted once, in the words of ElastiCache', async () => {
    const { resourceId, workflowId } = await test.store.createReplicationGroup(aGroupPlan())
    const deletions = await Promise.allSettled(
      Array.from({ length: 5 }, () => test.store.deleteReplicationGroup(ACCOUNT, 'sessions')),
    )
    const accepted = deletions.filter((one) => one.status === 'fulfilled')
    expect(accepted.map((one) => one.value)).toEqual([{ resourceId, workflowId, replayed: false }])
    await expect(test.store.deleteReplicationGroup(ACCOUNT, 'sessions')).rejects.toMatchObject({
      code: 'InvalidReplicationGroupState',
      message: 'Replication group sessions has status deleting which is not valid for deletion.',
    })
    expect((await mustClaim(test.store, workflowId)).signals).toEqual(new Set(['destroy']))
  })

  it('refuses what is not there, what is another account’s, and the member of a replication group', async () => {
    await test.store.createReplicationGroup(aGroupPlan())
    await expect(test.store.deleteReplicationGroup(ACCOUNT, 'nothing')).rejects.toMatchObject({
      code: 'ReplicationGroupNotFoundFault',
    })
    await expect(test.store.deleteReplicationGroup('111111111111', 'sessions')).rejects.toMatchObject({
      code: 'ReplicationGroupNotFoundFault',
    })
    await expect(test.store.deleteCacheCluster(ACCOUNT, 'nothing')).rejects.toMatchObject({
      code: 'CacheClusterNotFound',
    })
    await expect(test.store.deleteCacheCluster(ACCOUNT, 'sessions-001')).rejects.toMatchObject({
      code: 'InvalidCacheClusterState',
      message: /only member of a replication group/,
    })
  })

  it('does not remove an owner while a node of it is left', async () => {
    const { resourceId, workflowId } = await test.store.createCacheCluster(
      aClusterPlan({ zones: [null, null] }),
    )
    const [first] = (await test.store.findCacheCluster(ACCOUNT, 'pages'))?.nodes ?? []
    const changes: Change[] = [
      { do: 'remove-node', nodeId: first?.id ?? '' },
      { do: 'remove-cache-cluster', id: resourceId },
    ]
    await expect(change(workflowId, changes)).rejects.toThrow(Bug)
    expect((await test.store.findCacheCluster(ACCOUNT, 'pages'))?.nodes).toHaveLength(2)
  })

  it('leaves no row but addresses in quarantine, which are given again when it is over', async () => {
    const { workflowId } = await test.store.createReplicationGroup(aGroupPlan())
    await removeGroup('sessions', workflowId)
    for (const table of [
      'replication_group',
      'cache_cluster',
      'node_group',
      'cache_node',
      'network',
      'signal',
    ]) {
      expect([table, await test.rows(`SELECT 1 FROM ${table}`)]).toEqual([table, []])
    }
    expect(await test.rows('SELECT DISTINCT kind FROM workflow')).toEqual([{ kind: 'edge' }])
    expect(await test.rows('SELECT 1 FROM endpoint WHERE node_group_id IS NOT NULL')).toEqual([])
    expect(await test.rows('SELECT 1 FROM endpoint WHERE released_at IS NOT NULL')).toHaveLength(1)
    expect(await test.store.forgetOld()).toBe(0)
    await test.pass(QUARANTINE_MS)
    expect(await test.store.forgetOld()).toBe(3)
  })

  it('keeps a released port and subnet from the next until their quarantine is over', async () => {
    const small = test.open({ ...PORTS, networkPool: '10.96.0.0/23' })
    const create = (replicationGroupId: string) =>
      small.createReplicationGroup(aGroupPlan({ replicationGroupId }))
    const one = await create('one')
    await create('two')
    await expect(create('three')).rejects.toMatchObject({ code: 'InsufficientCacheClusterCapacity' })
    const released = await test.rows('SELECT port FROM cache_node ORDER BY created_at LIMIT 1')
    await removeGroup('one', one.workflowId)
    await expect(create('three')).rejects.toMatchObject({ code: 'InsufficientCacheClusterCapacity' })
    await test.pass(QUARANTINE_MS)
    await create('three')
    expect(await test.rows('SELECT port FROM cache_node ORDER BY created_at DESC LIMIT 1')).toEqual(released)
  })

  it('gives a replaced node another address, closed, and its next incarnation', async () => {
    const { workflowId } = await test.store.createReplicationGroup(aGroupPlan())
    const node = async () => (await test.store.findCacheCluster(ACCOUNT, 'sessions-001'))?.nodes[0]
    const first = await node()
    const nodeId = first?.id ?? ''
    await change(workflowId, [
      { do: 'set-presence', nodeId, presence: 'known' },
      { do: 'set-opened', nodeId, opened: true, engineVersionActual: '8.1.1' },
    ])
    expect(await node()).toMatchObject({
      presence: 'known',
      openedAt: expect.any(Date),
      engineVersionActual: '8.1.1',
    })
    await change(workflowId, [{ do: 'next-incarnation', nodeId }])
    const second = await node()
    expect(second).toMatchObject({ incarnation: 2, presence: 'absent', openedAt: null, port: first?.port })
    expect(second?.ip).not.toBe(first?.ip)
    await change(workflowId, [{ do: 'move-port', nodeId }])
    expect((await node())?.port).not.toBe(first?.port)
    const subnet = async () => (await test.store.loadNode(nodeId))?.network.subnet
    const before = await subnet()
    await change(workflowId, [
      { do: 'move-network', networkId: (await test.store.loadNode(nodeId))?.network.id ?? '' },
    ])
    const moved = await subnet()
    expect(moved).not.toBe(before)
    expect((await node())?.ip.startsWith(moved?.replace(/0\/24$/, '') ?? 'no')).toBe(true)
  })
})
