import { done, findViolations, type Change } from '@cacheplane/domain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bringHome, ownerNamed, takeDown } from '../../support/bring-home.ts'
import {
  ACCOUNT,
  aClusterOf,
  aCommit,
  aGroupPlan,
  aReport,
  mustClaim,
  openTestStore,
  QUARANTINE_MS,
  type TestStore,
} from '../../support/stores.ts'

const SLOTS = 16

describe('endpoints', () => {
  let test: TestStore
  beforeEach(async () => {
    test = await openTestStore()
  })
  afterEach(() => test.close())

  const create = (replicationGroupId: string, port: number | null = null) =>
    test.store.createReplicationGroup(aGroupPlan({ replicationGroupId, port }))
  const endpointOf = async (name: string) => {
    const endpoint = (await test.store.findReplicationGroup(ACCOUNT, name))?.nodeGroups[0]?.endpoint
    if (endpoint === undefined || endpoint === null) throw new Error(`${name} has no endpoint`)
    return endpoint
  }
  const edges = () => test.rows<{ id: string }>('SELECT id FROM edge')

  it('are never shared, however many groups are created at once', async () => {
    const other = test.open()
    const names = Array.from({ length: SLOTS + 4 }, (_, i) => `group-${i}`)
    await Promise.all(
      names.map((replicationGroupId, i) =>
        (i % 2 === 0 ? test.store : other).createReplicationGroup(aGroupPlan({ replicationGroupId })),
      ),
    )
    const taken = await Promise.all(names.map(endpointOf))
    const ports = taken.flatMap((endpoint) => [endpoint.primaryPort, endpoint.readerPort])
    expect(new Set(ports).size).toBe(2 * names.length)
    expect(await edges()).toHaveLength(2)
    const audit = await test.store.audit()
    expect(findViolations(audit, new Map(), new Map())).toEqual([])
  })

  it('are two for a group whose clients may be of both kinds, and plain ones come to the port that was asked for', async () => {
    const cluster = { ...aClusterOf(1, 2), clusterMode: 'compatible' } as const
    await test.store.createReplicationGroup(aGroupPlan({ ...cluster, port: 6379 }))
    const group = await test.store.findReplicationGroup(ACCOUNT, 'sessions')
    expect(group).toMatchObject({ clusterMode: 'compatible', clusterEnabled: true })
    expect(group?.nodeGroups[0]?.members.map((one) => one.cacheClusterId)).toEqual([
      'sessions-001',
      'sessions-002',
    ])
    expect((await endpointOf('sessions')).primaryPort).toBe(6379)
    expect(group?.configurationEndpoint?.readerPort).not.toBe(6379)
    const [node] = (group?.nodeGroups[0]?.members ?? []).flatMap(({ nodes }) => nodes)
    expect((await test.store.loadNode(node?.id ?? ''))?.endpointAddresses).toEqual(['127.0.0.1'])
    expect(findViolations(await test.store.audit(), new Map(), new Map())).toEqual([])
  })

  it('are made ahead, once, and then taken without another edge', async () => {
    const made = await Promise.all([test.store.ensureFreeEndpoints(), test.store.ensureFreeEndpoints()])
    expect(made.flat()).toHaveLength(1)
    expect(await test.store.due(10)).toEqual(made.flat())
    await create('sessions')
    expect(await edges()).toHaveLength(1)
    for (let i = 1; i <= SLOTS - 5; i++) await create(`group-${i}`)
    expect(await test.store.ensureFreeEndpoints()).toEqual([])
    await create('one-more')
    expect(await test.store.ensureFreeEndpoints()).toHaveLength(1)
    expect(await edges()).toHaveLength(2)
  })

  it('are given again when their group is gone, after those that were never used', async () => {
    await create('first')
    const first = await endpointOf('first')
    await takeDown(test, await ownerNamed(test.store, 'replication-group', 'first'))
    for (let i = 1; i < SLOTS; i++) {
      await create(`group-${i}`)
      expect((await endpointOf(`group-${i}`)).slot).not.toBe(first.slot)
    }
    await create('last')
    expect(await endpointOf('last')).toMatchObject({ edgeId: first.edgeId, slot: first.slot })
  })

  it('have the port that was asked for, on an edge of its own that waits for the same wish', async () => {
    await test.store.ensureFreeEndpoints()
    await create('wished', 6379)
    const wished = await endpointOf('wished')
    expect(wished).toMatchObject({ primaryPort: 6379, slot: 0 })
    const [node] = (await test.store.findReplicationGroup(ACCOUNT, 'wished'))?.nodeGroups[0]?.members ?? []
    expect(node?.nodes[0]?.port).not.toBe(6379)
    expect(node?.port).toBeNull()
    await takeDown(test, await ownerNamed(test.store, 'replication-group', 'wished'))
    await create('plain')
    expect((await endpointOf('plain')).edgeId).not.toBe(wished.edgeId)
    await create('again', 6379)
    expect(await endpointOf('again')).toMatchObject({ edgeId: wished.edgeId, primaryPort: 6379 })
  })

  it('go with their edge once nobody has used them for as long as ports rest, and are not given any more', async () => {
    await test.store.ensureFreeEndpoints()
    await create('wished', 6379)
    const { edgeId } = await endpointOf('wished')
    const [idle] = (await edges()).filter(({ id }) => id !== edgeId)
    const owner = await ownerNamed(test.store, 'replication-group', 'wished')
    await bringHome(test, owner)
    expect(await test.store.retireEdges()).toEqual([])
    await takeDown(test, owner)
    expect(await test.store.retireEdges()).toEqual([])
    await test.rows(`UPDATE endpoint SET released_at = released_at - $1 * interval '1 millisecond'`, [
      QUARANTINE_MS,
    ])
    const retired = await test.store.retireEdges()
    const [workflow] = await test.rows<{ id: string }>(
      `SELECT id FROM workflow WHERE subject_id = '${edgeId}'`,
    )
    expect(retired).toEqual([workflow?.id])
    await expect(create('again', 6379)).rejects.toThrow(/6379/)
    const claim = await mustClaim(test.store, workflow?.id ?? '')
    const changes: Change[] = [{ do: 'remove-edge', edgeId }]
    await test.store.commit(claim.lease, aCommit(claim, done(), { changes }))
    await create('again', 6379)
    expect((await endpointOf('again')).edgeId).not.toBe(edgeId)
    expect((await edges()).map(({ id }) => id)).toContain(idle?.id)
  })

  it('stand on the engine of the first zone that can be reached, and keep its address', async () => {
    const second = aReport({ engineId: 'engine-2', zones: ['local-2a'], address: '127.0.0.2' })
    await test.store.recordSurvey([aReport({ reachable: false }), second])
    await create('far')
    expect(await endpointOf('far')).toMatchObject({ engineId: 'engine-2', address: '127.0.0.2' })
    await test.store.recordSurvey([aReport()])
    expect(await endpointOf('far')).toMatchObject({ address: '127.0.0.2' })
    await create('near')
    await test.store.recordSurvey([aReport({ zones: ['local-1c'] })])
    const left = (await test.store.listZones()).map((zone) => zone.name)
    expect(left.filter((name) => name.startsWith('local-1'))).toHaveLength(2)
    expect(left).toContain('local-1c')
  })

  it('are told to the workers as edges with their slots, and expected on their engine', async () => {
    await create('sessions')
    await bringHome(test, await ownerNamed(test.store, 'replication-group', 'sessions'))
    const { edgeId, controlPort, slot, primaryPort, readerPort } = await endpointOf('sessions')
    const edge = await test.store.loadEdge(edgeId)
    expect(edge).toMatchObject({ id: edgeId, engineId: 'engine-1', incarnation: 1, controlPort })
    expect(edge).toMatchObject({ presence: 'known', servingAt: expect.any(Date) })
    expect(edge?.slots).toHaveLength(SLOTS)
    expect(edge?.slots).toContainEqual({ slot, primaryPort, readerPort })
    expect((await test.store.expectedObjects('engine-1')).edges).toEqual([
      { edgeId, incarnation: 1, controlPort, atHome: true },
    ])
    expect(await test.store.loadEdge('edge-none')).toBeNull()
  })
})
