import { snapshotStatus } from '@cacheplane/domain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bringHome, ownerNamed, step } from '../../support/bring-home.ts'
import { ACCOUNT, aGroupPlan, openTestStore, type TestStore } from '../../support/stores.ts'

const HOUR_MS = 3_600_000

describe('automatic snapshots', () => {
  let test: TestStore
  beforeEach(async () => {
    test = await openTestStore('simulation')
    await test.store.createReplicationGroup(
      aGroupPlan({ snapshotRetentionLimit: 1, snapshotWindow: await windowNow() }),
    )
    await bringHome(test, await ownerNamed(test.store, 'replication-group', 'sessions'))
  })
  afterEach(() => test.close())

  const now = async () => {
    const [row] = await test.rows<{ now: Date }>('SELECT clock_now() AS now')
    return row?.now ?? new Date(0)
  }
  /** A daily hour that has just begun. */
  const windowNow = async () => {
    const from = await now()
    const clock = (ms: number) => new Date(ms).toISOString().slice(11, 16)
    return `${clock(from.getTime())}-${clock(from.getTime() + HOUR_MS)}`
  }
  const apply = () => test.store.applySnapshotSchedules()
  /** What a worker does with the snapshots that were begun, without doing it. */
  const comeHome = async (woken: string[]) => {
    for (const workflowId of woken) await step(test.store, workflowId, [], 'wait')
  }
  const all = async () => {
    const snapshots = await test.store.listSnapshots(ACCOUNT, { limit: 20 })
    return snapshots.map((one) => [one.source, snapshotStatus(one)].join(' '))
  }

  it('are begun once a window, by whichever of two workers looks first, and go when they are too old', async () => {
    const other = test.open()
    const begun = (await Promise.all([apply(), other.applySnapshotSchedules()])).flat()
    expect(begun).toHaveLength(1)
    const [taken] = await test.store.listSnapshots(ACCOUNT, { limit: 20 })
    const minute = taken?.createdAt.toISOString().slice(0, 16).replace(/[T:]/g, '-')
    expect(taken?.snapshotName).toBe(`automatic.sessions-${minute}`)
    await comeHome(begun)
    expect(await apply()).toEqual([])

    await test.pass(23 * HOUR_MS)
    expect(await apply()).toEqual([])
    await test.pass(HOUR_MS)
    expect(await apply()).toHaveLength(2)
    expect(await all()).toEqual(['automated deleting', 'automated creating'])
    expect(await apply()).toEqual([])
  })

  it('go when the limit is set to 0, and manual ones stay', async () => {
    await comeHome(await apply())
    const of = { kind: 'replication-group', name: 'sessions' } as const
    const manual = await test.store.createSnapshot(ACCOUNT, { snapshotName: 'monday', of })
    await comeHome([manual.workflowId])
    await test.store.modifyReplicationGroup(ACCOUNT, 'sessions', { snapshotRetentionLimit: 0 })
    expect(await apply()).toHaveLength(1)
    expect(await all()).toEqual(['automated deleting', 'manual available'])
    expect(await apply()).toEqual([])
  })
})
