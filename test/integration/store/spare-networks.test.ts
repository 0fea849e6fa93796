import { HOME_STEP, hop, nap, type Change } from '@cacheplane/domain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  aClusterPlan,
  aCommit,
  aGroupPlan,
  aReport,
  mustClaim,
  openTestStore,
  type TestStore,
} from '../../support/stores.ts'

const ENGINE = 'engine-1'

describe('spare networks', () => {
  let test: TestStore
  beforeEach(async () => {
    test = await openTestStore('real', { spareNetworks: 4 })
  })
  afterEach(() => test.close())

  /** As the engine's workflow does it. */
  async function change(...changes: Change[]): Promise<void> {
    const [workflow] = await test.rows<{ id: string }>(`SELECT id FROM workflow WHERE kind = 'docker-engine'`)
    const claim = await mustClaim(test.store, workflow?.id ?? '')
    const { wakes } = await test.store.commit(claim.lease, aCommit(claim, hop(HOME_STEP), { changes }))
    await test.store.commit(claim.lease, { ...aCommit(claim, nap(0, 'done')), wakes })
  }

  const subject = async () => {
    const found = await test.store.loadDockerEngine(ENGINE)
    if (found === null) throw new Error('the engine was surveyed')
    return found
  }

  async function addReady(count: number): Promise<string[]> {
    await change(...Array.from({ length: count }, (): Change => ({ do: 'add-spare', engineId: ENGINE })))
    const ids = (await subject()).spares.map((spare) => spare.id)
    await change(...ids.map((networkId): Change => ({ do: 'set-spare-ready', networkId, ready: true })))
    return ids
  }

  const networksInUse = async () => (await test.store.audit()).owners.map((owner) => owner.networkId).sort()
  const create = (name: string, store = test.store) =>
    store.createReplicationGroup(aGroupPlan({ replicationGroupId: name }))

  it('are looked after by one workflow for each engine that was ever reached, where any are wanted', async () => {
    const far = aReport({ engineId: 'engine-2', zones: ['far-1a'], reachable: false })
    await test.store.recordSurvey([aReport(), far])
    await test.store.recordSurvey([aReport(), far])
    const kept = () => test.rows(`SELECT subject_id FROM workflow WHERE kind = 'docker-engine' ORDER BY 1`)
    expect(await kept()).toEqual([{ subject_id: ENGINE }])
    await test.store.recordSurvey([aReport(), { ...far, reachable: true }])
    expect(await kept()).toHaveLength(2)
    await test.rows(`DELETE FROM workflow`)
    await test.open({ spareNetworks: 0 }).recordSurvey([aReport()])
    expect(await kept()).toEqual([])
  })

  it('are taken by creations, each once, however many come at once and by whichever process', async () => {
    const ready = await addReady(4)
    const other = test.open()
    const wanted = Array.from({ length: 10 }, (_, i) => create(`g-${i}`, i % 2 === 0 ? test.store : other))
    await Promise.all(wanted)
    const used = await networksInUse()
    expect(new Set(used).size).toBe(10)
    expect(used).toEqual(expect.arrayContaining(ready))
    expect((await subject()).spares).toEqual([])
  })

  it('are taken by a cache cluster too, with addresses of the subnet that stands', async () => {
    const [ready] = await addReady(1)
    await test.store.createCacheCluster(aClusterPlan({ zones: [null, null] }))
    expect(await networksInUse()).toEqual([ready])
    const { nodes, networks } = await test.store.audit()
    const prefix = networks[0]?.subnet.replace(/0\/24$/, '') ?? 'none'
    expect(nodes.map((node) => node.ip.startsWith(prefix))).toEqual([true, true])
  })

  it('are not taken before they are ready, nor once they are withdrawn', async () => {
    const [withdrawn = ''] = await addReady(1)
    await change(
      { do: 'set-spare-ready', networkId: withdrawn, ready: false },
      { do: 'add-spare', engineId: ENGINE },
    )
    await create('sessions')
    expect((await subject()).spares).toHaveLength(2)
  })

  it('are not taken for nodes on several engines', async () => {
    await test.store.recordSurvey([aReport(), aReport({ engineId: 'engine-2', zones: ['far-1a'] })])
    await test.rows(`DELETE FROM workflow WHERE subject_id = 'engine-2'`)
    await addReady(1)
    await test.store.createCacheCluster(aClusterPlan({ azMode: 'cross-az', zones: ['local-1a', 'far-1a'] }))
    expect((await subject()).spares).toHaveLength(1)
  })

  it('are no spares any more once they are taken: a late change leaves the network to its owner', async () => {
    const [networkId = ''] = await addReady(1)
    await create('sessions')
    await change({ do: 'set-spare-ready', networkId, ready: true }, { do: 'remove-spare', networkId })
    expect(await networksInUse()).toEqual([networkId])
    const [network] = (await test.store.audit()).networks
    expect(network).toMatchObject({ id: networkId, isReady: false })
  })

  it('give their subnet back when they are removed', async () => {
    const [networkId = ''] = await addReady(1)
    const before = (await subject()).subnetsLeft
    await change({ do: 'remove-spare', networkId })
    expect((await subject()).spares).toHaveLength(1)
    await change({ do: 'set-spare-ready', networkId, ready: false }, { do: 'remove-spare', networkId })
    expect(await subject()).toMatchObject({ spares: [], subnetsLeft: before })
    expect((await test.store.audit()).allocations).toEqual([])
  })

  it('wait while a cache is being created, and until a moment after its first homecoming', async () => {
    expect((await subject()).isBusy).toBe(false)
    await create('sessions')
    expect((await subject()).isBusy).toBe(true)
    const born = (step: string, at: string) =>
      test.rows(
        `UPDATE workflow SET created_at = clock_now() - interval '1 minute', step = $1, first_home_at = clock_now() - $2::interval
         WHERE kind = 'replication-group'`,
        [step, at],
      )
    await born('wait', '1 second')
    expect((await subject()).isBusy).toBe(true)
    await born('wait', '10 seconds')
    expect((await subject()).isBusy).toBe(false)
    await test.rows(`UPDATE workflow SET first_home_at = NULL, step = 'failed'`)
    expect((await subject()).isBusy).toBe(false)
  })
})
