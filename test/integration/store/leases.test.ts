import { hop, nap, StaleLease } from '@cacheplane/domain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  aCommit,
  aGroupPlan,
  mustClaim,
  openTestStore,
  type TestStore,
} from '../../support/stores.ts'

const LEASE_MS = 30_000

describe('the lease of a workflow', () => {
  let test: TestStore
  let count = 0
  beforeAll(async () => {
    test = await openTestStore('simulation')
  })
  afterAll(() => test.close())

  const newWorkflow = async () =>
    (await test.store.createReplicationGroup(aGroupPlan({ replicationGroupId: `group-${++count}` })))
      .workflowId

  it('goes to one of many who want it at once', async () => {
    const id = await newWorkflow()
    const other = test.open()
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 === 0 ? test.store : other).claim(id, `worker-${i}`, LEASE_MS),
      ),
    )
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1)
  })

  it('is free again when it has run out, with a higher token and the attempt counted', async () => {
    const id = await newWorkflow()
    const first = await mustClaim(test.store, id, LEASE_MS)
    await test.pass(LEASE_MS - 1)
    expect(await test.store.claim(id, 'other', LEASE_MS)).toBeNull()
    await test.pass(1)
    expect(await test.store.due(10)).toContain(id)
    const second = await mustClaim(test.store, id, LEASE_MS)
    expect(second.lease.token).toBeGreaterThan(first.lease.token)
    expect(second.workflow.attempts).toBe(first.workflow.attempts + 1)
  })

  it('can be renewed while it lasts and not after', async () => {
    const { lease } = await mustClaim(test.store, await newWorkflow(), LEASE_MS)
    await test.pass(LEASE_MS - 1)
    expect(await test.store.renew(lease, LEASE_MS)).toBe(true)
    await test.pass(LEASE_MS)
    expect(await test.store.renew(lease, LEASE_MS)).toBe(false)
  })

  it('protects every write: an older token changes nothing', async () => {
    const id = await newWorkflow()
    const old = await mustClaim(test.store, id, LEASE_MS)
    await test.pass(LEASE_MS)
    await mustClaim(test.store, id, LEASE_MS)
    const before = await test.rows('SELECT * FROM workflow WHERE id = $1', [id])
    const event = {
      sourceType: 'replication-group',
      sourceIdentifier: 'zombie',
      message: 'I was here',
    } as const
    const changes = [{ do: 'record-event', accountId: ACCOUNT, event }] as const
    await expect(test.store.commit(old.lease, aCommit(old, hop('rise'), { changes }))).rejects.toThrow(
      StaleLease,
    )
    expect(await test.store.renew(old.lease, LEASE_MS)).toBe(false)
    await test.store.setBack(old.lease, 'zombie', 0)
    expect(await test.rows('SELECT * FROM workflow WHERE id = $1', [id])).toEqual(before)
    expect(await test.rows(`SELECT 1 FROM event WHERE source_identifier = 'zombie'`)).toEqual([])
  })

  it('is not enough once it has run out, even if nobody else took it', async () => {
    const claim = await mustClaim(test.store, await newWorkflow(), LEASE_MS)
    await test.pass(LEASE_MS)
    await expect(test.store.commit(claim.lease, aCommit(claim, hop('on')))).rejects.toThrow(StaleLease)
  })

  it('is kept by a hop and given up by a nap, which is due when its time has come', async () => {
    const id = await newWorkflow()
    const claim = await mustClaim(test.store, id, LEASE_MS)
    const hopped = await test.store.commit(
      claim.lease,
      aCommit(claim, hop('build'), { frame: { n: 1 }, deadlineMs: 5_000 }),
    )
    expect(hopped).toMatchObject({ kind: 'advanced', deadlineAt: expect.any(Date) })
    expect(await test.store.claim(id, 'other', LEASE_MS)).toBeNull()
    const napped = await test.store.commit(
      claim.lease,
      aCommit(claim, nap(1_000, 'waiting for the image'), { frame: { n: 2 } }),
    )
    expect(napped.kind).toBe('napping')
    expect(await test.store.claim(id, 'other', LEASE_MS)).toBeNull()
    expect(await test.store.due(10)).not.toContain(id)
    await test.pass(1_000)
    const { workflow } = await mustClaim(test.store, id, LEASE_MS)
    expect(workflow).toMatchObject({
      step: 'build',
      frame: { n: 2 },
      because: 'waiting for the image',
      attempts: 1,
    })
    expect(workflow.deadlineAt).not.toBeNull()
  })

  it('is given up by a run that failed, which is due again after its delay at the same step', async () => {
    const id = await newWorkflow()
    const { lease } = await mustClaim(test.store, id, LEASE_MS)
    await test.store.setBack(lease, 'the engine said no', 2_000)
    expect(await test.store.claim(id, 'other', LEASE_MS)).toBeNull()
    await test.pass(2_000)
    const { workflow } = await mustClaim(test.store, id, LEASE_MS)
    expect(workflow).toMatchObject({ step: 'start', attempts: 2 })
  })

  it('has a second wall in the database: tokens, epochs and destruction never go back', async () => {
    const id = await newWorkflow()
    await mustClaim(test.store, id, LEASE_MS)
    await expect(test.rows('UPDATE workflow SET lease_token = 0 WHERE id = $1', [id])).rejects.toThrow(
      /go back/,
    )
    await test.rows(`UPDATE workflow SET step = 'destroy-nodes' WHERE id = $1`, [id])
    await expect(test.rows(`UPDATE workflow SET step = 'wait' WHERE id = $1`, [id])).rejects.toThrow(
      /come back/,
    )
    await expect(test.rows('UPDATE node_group SET epoch = 0')).rejects.toThrow(/go back/)
  })
})
