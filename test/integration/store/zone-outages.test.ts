import { ServiceError } from '@cacheplane/domain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  aClusterPlan,
  aCommit,
  aGroupPlan,
  aReport,
  mustClaim,
  openTestStore,
  type TestStore,
} from '../../support/stores.ts'

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error: unknown) => (error instanceof ServiceError ? `${error.code}: ${error.message}` : String(error)),
  )

describe('an outage of an availability zone', () => {
  let test: TestStore
  beforeEach(async () => {
    test = await openTestStore()
  })
  afterEach(() => test.close())

  const outages = async () => (await test.store.listZones()).map(({ outage }) => outage?.status ?? null)

  it('is shown from the request on, through all of its life', async () => {
    const { workflowId, resourceId } = await test.store.beginOutage(ACCOUNT, 'local-1b', 'freeze')
    expect(resourceId).toBe('local-1b')
    expect((await test.store.listZones())[1]?.outage).toEqual({
      mode: 'freeze',
      since: expect.any(Date),
      status: 'starting',
    })
    const claim = await mustClaim(test.store, workflowId)
    await test.store.commit(claim.lease, aCommit(claim, { kind: 'hop', to: 'wait' }))
    expect(await outages()).toEqual([null, 'active', null])
    await test.store.endOutage('local-1b')
    await test.store.endOutage('local-1b')
    expect(await outages()).toEqual([null, 'ending', null])
    const changes = [{ do: 'end-outage' as const, zone: 'local-1b' }]
    await test.store.commit(claim.lease, aCommit(claim, { kind: 'done' }, { changes }))
    expect(await outages()).toEqual([null, null, null])
    expect(await refusal(test.store.beginOutage(ACCOUNT, 'local-1b', 'kill'))).toBe('accepted')
  })

  it('is one, however many ask for it at once, and the same for the same key', async () => {
    const key = { key: 'k', fingerprint: 'f' }
    const asked = Array.from({ length: 8 }, () => test.store.beginOutage(ACCOUNT, 'local-1a', 'kill', key))
    const workflowIds = (await Promise.all(asked)).map((accepted) => accepted.workflowId)
    expect(new Set(workflowIds).size).toBe(1)
    expect(await refusal(test.store.beginOutage(ACCOUNT, 'local-1a', 'kill'))).toBe(
      'InvalidAvailabilityZoneState: Availability zone local-1a is out already, by an outage of the mode kill.',
    )
  })

  it('of a zone that nobody has is refused, and so is the end of one that is not under way', async () => {
    const unknown =
      'AvailabilityZoneNotFound: mars-1a is not an availability zone of this installation; ' +
      'it has local-1a, local-1b, local-1c.'
    expect(await refusal(test.store.beginOutage(ACCOUNT, 'mars-1a', 'kill'))).toBe(unknown)
    expect(await refusal(test.store.endOutage('mars-1a'))).toBe(unknown)
    expect(await refusal(test.store.endOutage('local-1a'))).toBe(
      'InvalidAvailabilityZoneState: Availability zone local-1a is not out.',
    )
    expect(await test.rows('SELECT 1 FROM workflow')).toEqual([])
  })

  it('keeps new nodes out of the zone, and refuses those who insist on it', async () => {
    await test.store.beginOutage(ACCOUNT, 'local-1a', 'kill')
    await test.store.createReplicationGroup(aGroupPlan({ zones: [null, null, null] }))
    const zones = await test.rows<{ zone: string }>(`SELECT DISTINCT zone FROM cache_node ORDER BY 1`)
    expect(zones).toEqual([{ zone: 'local-1b' }, { zone: 'local-1c' }])
    expect(await refusal(test.store.createCacheCluster(aClusterPlan({ zones: ['local-1a'] })))).toBe(
      'InsufficientCacheClusterCapacity: The requested cache node type cannot be placed: ' +
        'availability zone local-1a is out.',
    )
  })

  it('is known to the workflows of its nodes, and of nobody else', async () => {
    await test.store.createReplicationGroup(aGroupPlan({ zones: ['local-1a', 'local-1b'] }))
    await test.store.beginOutage(ACCOUNT, 'local-1a', 'freeze')
    const [shard] = await test.rows<{ id: string }>(`SELECT id FROM node_group`)
    const subject = await test.store.loadNodeGroup(shard?.id ?? '')
    expect(subject?.nodes.map(({ zoneOutage }) => zoneOutage)).toEqual(['freeze', null])
    const alone = subject?.nodes.map(({ node }) => test.store.loadNode(node.id)) ?? []
    expect((await Promise.all(alone)).map((one) => one?.zoneOutage)).toEqual(['freeze', null])
    const zone = await test.store.loadZone('local-1a')
    expect(zone?.nodes.map(({ cluster }) => cluster.cacheClusterId)).toEqual(['sessions-001'])
    expect(await test.store.loadZone('local-1b')).toBeNull()
  })

  it('outlasts a configuration that forgets the zone', async () => {
    await test.store.beginOutage(ACCOUNT, 'local-1c', 'kill')
    await test.store.recordSurvey([aReport({ zones: ['local-1a'] })])
    expect((await test.store.listZones()).map(({ name }) => name)).toEqual(['local-1a', 'local-1c'])
  })
})
