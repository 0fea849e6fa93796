import { hop, StaleLease, type Change } from '@cacheplane/domain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bringHome, ownerNamed, takeDown, workflowOf } from '../../support/bring-home.ts'
import {
  ACCOUNT,
  aCommit,
  aGroupPlan,
  aSecret,
  mustClaim,
  openTestStore,
  type TestStore,
} from '../../support/stores.ts'

describe('what a node group’s workflow records', () => {
  let test: TestStore
  let groupId: string
  let shardId: string
  beforeEach(async () => {
    test = await openTestStore('simulation')
    const plan = aGroupPlan({
      zones: [null, null],
      transitEncryptionMode: 'required' as const,
      authTokenEnabled: true,
      authToken: aSecret(),
    })
    groupId = (await test.store.createReplicationGroup(plan)).resourceId
    await bringHome(test, await ownerNamed(test.store, 'replication-group', 'sessions'))
    const group = await test.store.findReplicationGroup(ACCOUNT, 'sessions')
    shardId = group?.nodeGroups[0]?.id ?? ''
  })
  afterEach(() => test.close())

  const record = async (changes: Change[], subjectId = shardId) => {
    const claim = await mustClaim(test.store, await workflowOf(test.rows, subjectId))
    try {
      return await test.store.commit(claim.lease, aCommit(claim, hop('work'), { changes }))
    } finally {
      await test.pass(60_000)
    }
  }
  const subject = async () => {
    const found = await test.store.loadNodeGroup(shardId)
    if (found === null) throw new Error('there is no node group')
    return found
  }
  const nodeIds = async () => (await subject()).nodes.map(({ node }) => node.id)
  const begin = (id: string, epoch: bigint): Change => ({
    do: 'record-failover',
    failover: {
      id,
      nodeGroupId: shardId,
      epoch,
      kind: 'automatic',
      cause: 'the primary is silent',
      fromCacheClusterId: 'sessions-001',
    },
  })

  it('starts from everything it needs to know', async () => {
    const { group, nodeGroup, nodes, network, engineIds, failover } = await subject()
    expect(group).toMatchObject({
      id: groupId,
      replicationGroupId: 'sessions',
      automaticFailoverEnabled: false,
    })
    expect(nodeGroup).toMatchObject({
      epoch: 1n,
      primaryNodeId: nodes[0]?.node.id,
      workflow: { step: 'wait' },
    })
    expect(nodes.map(({ authToken }) => authToken?.reveal())).toEqual([
      aSecret().reveal(),
      aSecret().reveal(),
    ])
    const [first] = nodes
    expect(first).toEqual(await test.store.loadNode(first?.node.id ?? ''))
    expect(first?.network).toEqual(network)
    expect(engineIds).toEqual(['engine-1'])
    expect(failover).toBeNull()
    expect(await test.store.loadNodeGroup('ng-none')).toBeNull()
  })

  it('begins an epoch once: whoever comes with the old one changes nothing at all', async () => {
    await record([{ do: 'begin-epoch', nodeGroupId: shardId, fromEpoch: 1n }])
    expect((await subject()).nodeGroup.epoch).toBe(2n)
    const [first = '', second = ''] = await nodeIds()
    const late: Change[] = [
      { do: 'set-presence', nodeId: first, presence: 'unknown' },
      { do: 'begin-epoch', nodeGroupId: shardId, fromEpoch: 1n },
    ]
    await expect(record(late)).rejects.toThrow(StaleLease)
    const promote = (epoch: bigint): Change => ({
      do: 'set-primary',
      nodeGroupId: shardId,
      epoch,
      nodeId: second,
    })
    await expect(record([promote(1n)])).rejects.toThrow(StaleLease)
    expect((await subject()).nodeGroup).toMatchObject({ epoch: 2n, primaryNodeId: first })
    expect((await subject()).nodes[0]?.node.presence).not.toBe('unknown')
    await record([promote(2n)])
    expect((await subject()).nodeGroup.primaryNodeId).toBe(second)
  })

  it('keeps the phases of a failover in order, until it has ended', async () => {
    const at = new Date('2026-01-01T00:00:01Z')
    await record([begin('fo-1', 2n)])
    await record([
      {
        do: 'advance-failover',
        failoverId: 'fo-1',
        advance: { phases: [{ phase: 'detected', at, afterMs: 0, because: 'silence' }] },
      },
    ])
    const candidates = [
      { cacheClusterId: 'sessions-002', offset: 42, eligible: true, because: 'it is whole' },
    ]
    const elected = { phase: 'elected', at, afterMs: 900, because: 'the longest', candidates } as const
    await record([
      {
        do: 'advance-failover',
        failoverId: 'fo-1',
        advance: { phases: [elected], toCacheClusterId: 'sessions-002', epoch: 3n },
      },
    ])
    expect((await subject()).failover).toMatchObject({
      id: 'fo-1',
      epoch: 3n,
      status: 'running',
      toCacheClusterId: 'sessions-002',
      endedAt: null,
      phases: [{ phase: 'detected', at }, elected],
    })
    await record([{ do: 'advance-failover', failoverId: 'fo-1', advance: { status: 'completed' } }])
    expect((await subject()).failover).toBeNull()
    const [kept] = (await test.store.listFailovers(ACCOUNT, 'sessions', 10)) ?? []
    expect(kept).toMatchObject({ status: 'completed', endedAt: expect.any(Date), epoch: 3n })
    expect(kept?.phases).toHaveLength(2)
  })

  it('has one failover at a time', async () => {
    await record([begin('fo-1', 2n)])
    await expect(record([begin('fo-2', 3n)])).rejects.toThrow(/failover_one_at_a_time/)
    await record([{ do: 'advance-failover', failoverId: 'fo-1', advance: { status: 'abandoned' } }])
    await record([begin('fo-2', 3n)])
    expect((await subject()).failover?.id).toBe('fo-2')
  })

  it('marks nodes, and takes a member out together with its node', async () => {
    const [, second = ''] = await nodeIds()
    await test.rows('UPDATE cache_node SET rebooting = true WHERE id = $1', [second])
    await record([
      { do: 'set-leaving', nodeId: second },
      { do: 'clear-rebooting', nodeId: second },
    ])
    const member = (await subject()).nodeGroup.members[1]
    expect(member?.nodes[0]).toMatchObject({ leaving: true, rebooting: false })
    const removal: Change = { do: 'remove-member', clusterId: member?.id ?? '' }
    await expect(record([removal])).rejects.toThrow()
    await record([{ do: 'remove-node', nodeId: second }, removal])
    expect((await subject()).nodeGroup.members.map((one) => one.cacheClusterId)).toEqual(['sessions-001'])
  })

  it('goes only when its nodes are gone, and gives its endpoint back', async () => {
    await record([begin('fo-1', 2n)])
    await expect(record([{ do: 'remove-node-group', id: shardId }])).rejects.toThrow(/no node of node group/)
    await takeDown(test, await ownerNamed(test.store, 'replication-group', 'sessions'))
    for (const table of ['node_group', 'failover', 'cache_cluster', 'replication_group', 'network'])
      expect([table, await test.rows(`SELECT 1 FROM ${table}`)]).toEqual([table, []])
    expect(await test.rows('SELECT 1 FROM endpoint WHERE node_group_id IS NOT NULL')).toEqual([])
  })

  it('spawns workflows that come to rest under the name of the group', async () => {
    const kinds = await test.rows(
      `SELECT kind, root_id AS root FROM workflow WHERE root_id = $1 GROUP BY kind, root_id ORDER BY kind`,
      [groupId],
    )
    expect(kinds).toEqual(
      ['node', 'node-group', 'replication-group'].map((kind) => ({ kind, root: groupId })),
    )
  })

  it('is asked to look after its nodes, and a node without one looks after itself', async () => {
    const [first = ''] = await nodeIds()
    expect(await test.store.requestCheckup(first)).toBe(await workflowOf(test.rows, shardId))
    expect((await subject()).nodeGroup.workflow.signals).toEqual(['checkup'])
    await test.rows(`DELETE FROM workflow WHERE subject_id = $1`, [shardId])
    expect(await test.store.requestCheckup(first)).toBe(await workflowOf(test.rows, first))
    expect(await test.store.requestCheckup('node-none')).toBeNull()
  })

  it('hears of its edge, as every other node group there', async () => {
    await test.store.createReplicationGroup(aGroupPlan({ replicationGroupId: 'other' }))
    await bringHome(test, await ownerNamed(test.store, 'replication-group', 'other'))
    const other = (await test.store.findReplicationGroup(ACCOUNT, 'other'))?.nodeGroups[0]?.id ?? ''
    const edgeId = (await subject()).nodeGroup.endpoint?.edgeId ?? ''
    const { woken } = await record(
      [
        { do: 'next-edge-incarnation', edgeId },
        { do: 'raise-on-edge', edgeId, signal: 'checkup' },
      ],
      edgeId,
    )
    const shards = await Promise.all([shardId, other].map((id) => workflowOf(test.rows, id)))
    expect([...woken].sort()).toEqual(shards.sort())
    expect((await subject()).nodeGroup.workflow.signals).toEqual(['checkup'])
    expect(await test.store.loadEdge(edgeId)).toMatchObject({
      incarnation: 2,
      presence: 'absent',
      servingAt: null,
    })
    await record([{ do: 'set-edge', edgeId, presence: 'known', serving: true }], edgeId)
    expect((await subject()).nodeGroup.endpoint).toMatchObject({
      incarnation: 2,
      servingAt: expect.any(Date),
    })
    await record([{ do: 'set-edge', edgeId, presence: 'unknown', serving: false }], edgeId)
    expect(await test.store.loadEdge(edgeId)).toMatchObject({ presence: 'unknown', servingAt: null })
  })
})
