import { done, hop, nap } from '@cacheplane/domain'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { aCommit, aGroupPlan, mustClaim, openTestStore, type TestStore } from '../../support/stores.ts'

const KIND = 'replication-group'

describe('waking a workflow', () => {
  let test: TestStore
  let count = 0
  beforeAll(async () => {
    test = await openTestStore()
  })
  afterAll(() => test.close())

  const newGroup = () =>
    test.store.createReplicationGroup(aGroupPlan({ replicationGroupId: `group-${++count}` }))

  it('makes a napping one due at once, with its signal', async () => {
    const { workflowId, resourceId } = await newGroup()
    const claim = await mustClaim(test.store, workflowId)
    await test.store.commit(claim.lease, aCommit(claim, nap(60_000, 'at rest')))
    expect(await test.store.raise(KIND, resourceId, 'checkup')).toBe(workflowId)
    expect(await test.store.due(10)).toContain(workflowId)
    expect((await mustClaim(test.store, workflowId)).signals).toEqual(new Set(['checkup']))
  })

  it('is not slept through by one that is just about to nap', async () => {
    const { workflowId, resourceId } = await newGroup()
    const claim = await mustClaim(test.store, workflowId)
    await test.store.raise(KIND, resourceId, 'destroy')
    const first = await test.store.commit(claim.lease, aCommit(claim, nap(60_000, 'at rest')))
    expect(first).toMatchObject({ kind: 'woken', signals: new Set(['destroy']) })
    const second = await test.store.commit(
      claim.lease,
      aCommit(claim, nap(60_000, 'at rest'), { wakes: first.wakes }),
    )
    expect(second.kind).toBe('napping')
  })

  it('clears the signal that a step has read, and not the same one raised again since', async () => {
    const { workflowId, resourceId } = await newGroup()
    await test.store.raise(KIND, resourceId, 'checkup')
    const claim = await mustClaim(test.store, workflowId)
    await test.store.raise(KIND, resourceId, 'checkup')
    const kept = await test.store.commit(claim.lease, aCommit(claim, hop('check'), { clear: ['checkup'] }))
    expect(kept.signals).toEqual(new Set(['checkup']))
    const cleared = await test.store.commit(
      claim.lease,
      aCommit(claim, hop('wait'), { clear: ['checkup'], wakes: kept.wakes }),
    )
    expect(cleared.signals).toEqual(new Set())
  })

  it('is not lost when it comes while another worker takes the lease', async () => {
    const { workflowId } = await newGroup()
    const raiser = new pg.Client({ connectionString: test.url })
    await raiser.connect()
    await raiser.query('BEGIN')
    await raiser.query('UPDATE workflow SET wakes = wakes + 1 WHERE id = $1', [workflowId])
    await raiser.query(`INSERT INTO signal (workflow_id, name, wake) VALUES ($1, 'destroy', 1)`, [workflowId])
    const claiming = mustClaim(test.store, workflowId)
    await vi.waitFor(async () =>
      expect(
        await test.rows(
          `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
        ),
      ).toHaveLength(1),
    )
    await raiser.query('COMMIT')
    await raiser.end()
    const claim = await claiming
    if (claim.signals.has('destroy')) return
    const committed = await test.store.commit(claim.lease, aCommit(claim, nap(60_000, 'at rest')))
    expect(committed).toMatchObject({ kind: 'woken', signals: new Set(['destroy']) })
  })

  it('tells who was woken, and does not deadlock when two workflows wake each other', async () => {
    const [one, two] = [await newGroup(), await newGroup()]
    const claims = [await mustClaim(test.store, one.workflowId), await mustClaim(test.store, two.workflowId)]
    const targets = [two, one]
    const started = performance.now()
    for (let round = 0; round < 20; round++) {
      const woken = await Promise.all(
        claims.map(async (claim, i) => {
          const target = targets[i]
          if (target === undefined) throw new Error('two claims, two targets')
          const changes = [{ do: 'wake', workflowId: target.workflowId }] as const
          const committed = await test.store.commit(claim.lease, aCommit(claim, hop('busy'), { changes }))
          return committed.woken
        }),
      )
      expect(woken).toEqual([[two.workflowId], [one.workflowId]])
    }
    expect(performance.now() - started).toBeLessThan(5_000)
  })

  it('tells listeners about every resource that came to rest or ended', async () => {
    const settled: string[] = []
    const stop = test.store.onSettled((id) => settled.push(id))
    const { workflowId, resourceId } = await newGroup()
    const claim = await mustClaim(test.store, workflowId)
    await test.store.commit(claim.lease, aCommit(claim, hop('wait')))
    await vi.waitFor(async () => {
      await test.rows(`SELECT pg_notify('cacheplane_settled', 'probe')`)
      expect(settled).toContain('probe')
    }, 5_000)
    await test.store.commit(claim.lease, aCommit(claim, nap(0, 'at rest')))
    await vi.waitFor(() => expect(settled).toContain(resourceId), 5_000)
    settled.length = 0
    const again = await mustClaim(test.store, workflowId)
    expect((await test.store.commit(again.lease, aCommit(again, done()))).kind).toBe('finished')
    await vi.waitFor(() => expect(settled).toContain(resourceId), 5_000)
    expect(await test.store.claim(workflowId, 'late', 1_000)).toBeNull()
    stop()
  })

  it('tells listeners of parts that came to rest only after their owner had', async () => {
    const heard: string[] = []
    const stop = test.store.onSettled((id) => heard.push(id))
    const { workflowId, resourceId } = await newGroup()
    const [shard] = await test.rows<{ id: string }>(
      'SELECT id FROM node_group WHERE replication_group_id = $1',
      [resourceId],
    )
    const spawn = {
      do: 'spawn',
      kind: 'node-group',
      subjectId: shard?.id ?? '',
      parentId: workflowId,
    } as const
    const owner = await mustClaim(test.store, workflowId)
    await test.store.commit(owner.lease, aCommit(owner, hop('await_parts'), { changes: [spawn] }))
    const [part] = await test.rows<{ id: string }>('SELECT id FROM workflow WHERE subject_id = $1', [
      shard?.id,
    ])
    const rest = async (id: string) => {
      const claim = await mustClaim(test.store, id)
      await test.store.commit(claim.lease, aCommit(claim, hop('wait')))
      await test.store.commit(claim.lease, aCommit(claim, nap(0, 'at rest')))
    }
    const heardUntil = (probe: string) =>
      vi.waitFor(async () => {
        await test.rows(`SELECT pg_notify('cacheplane_settled', $1)`, [probe])
        expect(heard).toContain(probe)
      }, 5_000)
    await heardUntil('listening')
    await rest(part?.id ?? '')
    await heardUntil('after the part')
    expect(heard).not.toContain(resourceId)
    await test.store.commit(owner.lease, aCommit(owner, hop('wait')))
    await test.store.commit(owner.lease, aCommit(owner, nap(0, 'at rest')))
    await vi.waitFor(() => expect(heard).toContain(resourceId), 5_000)
    heard.length = 0
    await rest(part?.id ?? '')
    await vi.waitFor(() => expect(heard).toContain(resourceId), 5_000)
    stop()
  })

  it('notes when a workflow was first at home, and only the first time', async () => {
    const { workflowId } = await newGroup()
    const claim = await mustClaim(test.store, workflowId)
    const firstHome = () =>
      test.rows<{ at: Date | null }>('SELECT first_home_at AS at FROM workflow WHERE id = $1', [workflowId])
    await test.store.commit(claim.lease, aCommit(claim, hop('build')))
    expect(await firstHome()).toEqual([{ at: null }])
    await test.store.commit(claim.lease, aCommit(claim, hop('wait')))
    const at = await firstHome()
    expect(at).toEqual([{ at: expect.any(Date) }])
    await test.store.commit(claim.lease, aCommit(claim, hop('check')))
    await test.store.commit(claim.lease, aCommit(claim, hop('wait')))
    expect(await firstHome()).toEqual(at)
  })
})
