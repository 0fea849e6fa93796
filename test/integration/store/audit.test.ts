import { findViolations, type Inventory } from '@cacheplane/domain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT, aClusterPlan, aGroupPlan, openTestStore, type TestStore } from '../../support/stores.ts'

const BARE = new Map<string, Inventory>([['engine-1', { kind: 'known', objects: [] }]])

/** Of an edge for node groups, and of one for configuration endpoints. */
const EDGE_PORTS = 2 * 33

describe('the audit', () => {
  let test: TestStore
  beforeAll(async () => {
    test = await openTestStore()
    await test.store.createReplicationGroup(aGroupPlan())
    await test.store.createCacheCluster(aClusterPlan())
    const { engine, engineVersion, cacheNodeType, cacheParameterGroupName } = aGroupPlan()
    const choice = { engine, engineVersion, cacheNodeType, cacheParameterGroupName }
    const from = { bucket: 'dumps', key: 'orders.rdb' }
    await test.store.importSnapshot(ACCOUNT, { snapshotName: 'brought', from, ...choice })
  })
  afterAll(() => test.close())

  it('shows rows that agree with one another as soon as a creation is accepted', async () => {
    const audit = await test.store.audit()
    expect(audit.owners.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
      'cache-cluster pages',
      'replication-group sessions',
    ])
    expect(audit.nodes.map((node) => node.name).sort()).toEqual(['pages/0001', 'sessions-001/0001'])
    expect(audit.allocations).toHaveLength(6 + EDGE_PORTS)
    expect(audit.at.getTime() - (audit.workflows[0]?.createdAt.getTime() ?? 0)).toBeLessThan(60_000)
    expect(findViolations(audit, BARE, new Map())).toEqual([])
  })

  it('tells which address is held without its node, and which workflow lost its subject', async () => {
    await test.store.raise('cache-cluster', (await ownerOf('pages'))?.id ?? '', 'destroy')
    const destroyed = (await test.store.audit()).workflows.flatMap((workflow) => workflow.signals)
    expect(destroyed).toEqual([{ name: 'destroy', raisedAt: expect.any(Date) }])
    await test.rows(`DELETE FROM cache_node`)
    await test.rows(`DELETE FROM cache_cluster WHERE replication_group_id IS NULL`)
    const says = findViolations(await test.store.audit(), BARE, new Map())
    expect(says.filter((one) => one.startsWith('held and not used'))).toHaveLength(4)
    expect(says).toContainEqual(expect.stringMatching(/^network row net-\w+ has no owner$/))
    expect(says).toContainEqual(expect.stringMatching(/^cache-cluster workflow .* which is gone$/))
  })

  const ownerOf = async (name: string) =>
    (await test.store.audit()).owners.find((owner) => owner.name === name)
})
