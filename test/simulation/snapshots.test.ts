import { cacheClusterStatus, minutes, replicationGroupStatus } from '@cacheplane/domain'
import { FAILPOINT_POSITIONS, failpointName, RUNBOOKS } from '@cacheplane/workflows'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT } from '../support/stores.ts'
import { RECOVERED_MS, SnapshotLife, WRITES } from './snapshot-life.ts'
import { Trap } from './trap.ts'

const OF_FAILURE = ['unwind', 'failed']
const ALL_POINTS = RUNBOOKS.filter(({ kind }) => kind === 'snapshot').flatMap(({ kind, stepNames }) =>
  stepNames.flatMap((step) =>
    FAILPOINT_POSITIONS.map((position) => ({ step, name: failpointName(kind, step, position) })),
  ),
)
/** Of a snapshot that is taken, and of one whose file is brought from elsewhere. */
const POINTS = ALL_POINTS.filter(({ step }) => step !== 'receive' && step !== 'copy')
const OF_IMPORT = ALL_POINTS.filter(({ step }) => step === 'receive')
/** On the way of a cache that is made from a snapshot. */
const OF_RESTORE = [
  'node.start',
  'node.boot',
  'node.admit',
  'node-group.converge',
  'replication-group.await_parts',
].flatMap((step) => FAILPOINT_POSITIONS.map((position) => `${step}.${position}`))

const OF_CLUSTER_RESTORE = FAILPOINT_POSITIONS.map((position) =>
  failpointName('cache-cluster', 'await_parts', position),
)
/** On the way of a group that is made from a file that somebody brought. */
const OF_SEEDS = ['replication-group.await_files', 'snapshot.receive', 'snapshot.destroy']
/** A node that dies over and over while it loads. */
const GIVEN_UP_MS = minutes(5)

describe('a snapshot, whatever happens to who takes it', () => {
  const trap = new Trap()
  let life: SnapshotLife

  beforeAll(async () => {
    life = await SnapshotLife.open(11, trap)
  })
  afterAll(() => life.close())

  it.each(POINTS)('a worker that dies at $name leaves all of it or nothing', async ({ step, name }) => {
    const source = await life.written()
    const spoils = OF_FAILURE.includes(step)
    trap.armed = step === 'destroy' ? null : name
    trap.hits = 0
    await life.take('monday', source)
    if (spoils) await life.spoil('monday')
    await life.recover()
    expect(await life.statusOf('monday')).toBe(spoils ? 'failed' : 'available')
    expect(life.world.fake.vault.files.size).toBe(spoils ? 0 : 1)
    expect(life.trials()).toEqual([])
    if (step === 'capture' || step === 'verify') {
      const copy = `copy-${life.round}`
      await life.restore(copy, 'monday')
      await life.recover()
      expect(await life.dataOf(copy)).toEqual([WRITES, WRITES])
      await life.remove(copy)
    }
    if (step === 'destroy') trap.armed = name
    await life.ring(life.world.test.store.deleteSnapshot(ACCOUNT, 'monday'))
    await life.remove(source)
    expect(trap.hits).toBe(1)
    await life.nothingIsLeft()
  })

  it.each(OF_IMPORT)('a worker that dies at $name brings the file in all the same', async ({ name }) => {
    trap.hits = 0
    trap.armed = name
    await life.bring('brought', WRITES)
    await life.recover()
    expect({ hits: trap.hits, status: await life.statusOf('brought') }).toEqual({
      hits: 1,
      status: 'available',
    })
    const copy = `copy-${life.round}`
    await life.restore(copy, 'brought')
    await life.recover()
    expect(await life.dataOf(copy)).toEqual([WRITES, WRITES])
    await life.remove(copy)
    await life.forget('brought')
    await life.nothingIsLeft()
  })

  it('leaves nothing of a file that no engine loads, or that is not there', async () => {
    await life.bring('spoilt', null)
    await life.recover()
    expect(await life.statusOf('spoilt')).toBe('failed')
    expect({ files: life.world.fake.vault.files.size, trials: life.trials() }).toEqual({
      files: 0,
      trials: [],
    })
    await life.forget('spoilt')
    await life.nothingIsLeft()
  })

  it.each(OF_RESTORE)(
    'a worker that dies at %s of a restoration leads to the data all the same',
    async (name) => {
      const source = await life.written()
      await life.take('monday', source)
      await life.recover()
      const copy = `copy-${life.round}`
      trap.hits = 0
      trap.armed = name
      await life.restore(copy, 'monday')
      await life.recover()
      expect({ hits: trap.hits, data: await life.dataOf(copy) }).toEqual({ hits: 1, data: [WRITES, WRITES] })
      await life.remove(copy)
      await life.ring(life.world.test.store.deleteSnapshot(ACCOUNT, 'monday'))
      await life.remove(source)
      await life.nothingIsLeft()
    },
  )

  it.each(OF_CLUSTER_RESTORE)(
    'a worker that dies at %s of a cache cluster made from it leads to the data all the same',
    async (name) => {
      const source = await life.written()
      await life.take('monday', source)
      await life.recover()
      trap.hits = 0
      trap.armed = name
      await life.restoreCluster('one', 'monday')
      expect(await life.statusOf('monday')).toBe('restoring')
      await life.recover()
      const seen = { hits: trap.hits, data: await life.clusterData('one'), of: await life.statusOf('monday') }
      expect(seen).toEqual({ hits: 1, data: [WRITES], of: 'available' })
      await life.removeCluster('one')
      await life.forget('monday')
      await life.remove(source)
      await life.nothingIsLeft()
    },
  )

  it.each(FAILPOINT_POSITIONS.flatMap((position) => OF_SEEDS.map((step) => `${step}.${position}`)))(
    'a worker that dies at %s of a group made from a file leads to the data, and nothing of the file stays',
    async (name) => {
      trap.hits = 0
      trap.armed = name
      const group = `seeded-${name.replaceAll('.', '-').replaceAll('_', '-')}`
      await life.createFrom(group, WRITES)
      await life.recover()
      const seen = {
        hits: trap.hits,
        status: await life.groupStatusOf(group),
        data: await life.dataOf(group),
      }
      expect(seen).toEqual({ hits: 1, status: 'available', data: [WRITES, WRITES] })
      expect(await life.world.test.store.listSnapshots(ACCOUNT, { limit: 20 })).toEqual([])
      expect(life.world.fake.vault.files.size).toBe(0)
      await life.remove(group)
      await life.nothingIsLeft()
    },
  )

  it('has a group whose file no engine loads fail, with the reason and nothing made', async () => {
    trap.armed = null
    await life.createFrom('spoilt', null)
    await life.recover()
    const group = await life.world.test.store.findReplicationGroup(ACCOUNT, 'spoilt')
    expect(await life.groupStatusOf('spoilt')).toBe('create-failed')
    expect(group?.workflow.failure).toMatch(/^snapshotArns: /)
    expect({ files: life.world.fake.vault.files.size, trials: life.trials() }).toEqual({
      files: 0,
      trials: [],
    })
    await life.remove('spoilt')
    await life.nothingIsLeft()
  })

  it('leaves nothing of a group that is deleted while its file is being brought', async () => {
    await life.createFrom('gone', WRITES)
    await life.world.run(50)
    await life.remove('gone')
    expect(await life.groupStatusOf('gone')).toBe('gone')
    await life.nothingIsLeft()
  })

  it('has a cache cluster that cannot be made from it fail, and is needed no more then', async () => {
    const source = await life.written()
    await life.take('monday', source)
    await life.recover()
    await life.spoil('monday')
    await life.restoreCluster('one', 'monday')
    await life.world.run(GIVEN_UP_MS)
    const cluster = await life.world.test.store.findCacheCluster(ACCOUNT, 'one')
    expect(cluster === null ? 'gone' : cacheClusterStatus(cluster)).toBe('restore-failed')
    await life.removeCluster('one')
    await life.forget('monday')
    await life.remove(source)
    await life.nothingIsLeft()
  })

  it.each([50, 100, 150, 200, 300, 400])(
    'a primary that dies %d ms after its restoration began, before it is over, is made again with the data',
    async (ms) => {
      const source = await life.written()
      await life.take('monday', source)
      await life.recover()
      const copy = `copy-${life.round}`
      await life.restore(copy, 'monday', 1)
      await life.world.run(ms)
      const begun = await life.world.test.store.findReplicationGroup(ACCOUNT, copy)
      if (begun?.workflow.firstHomeAt === null) life.world.fake.kill(await life.primaryIdOf(copy))
      const seen = new Set<string>()
      await life.world.run(RECOVERED_MS, async () => {
        const group = await life.world.test.store.findReplicationGroup(ACCOUNT, copy)
        if (group !== null && replicationGroupStatus(group) === 'available')
          seen.add(JSON.stringify(await life.dataOf(copy)))
      })
      expect([...seen]).toEqual([JSON.stringify([WRITES])])
      await life.remove(copy)
      await life.ring(life.world.test.store.deleteSnapshot(ACCOUNT, 'monday'))
      await life.remove(source)
      await life.nothingIsLeft()
    },
  )

  it('reads another node when the one that it reads dies, and fails when there is nobody left', async () => {
    const source = await life.written()
    life.world.fake.faults.order('saveNode', { lost: 'before' })
    await life.take('monday', source)
    await life.recover()
    expect(await life.statusOf('monday')).toBe('available')
    await life.take('tuesday', source)
    await life.remove(source)
    await life.recover()
    expect(['failed', 'available']).toContain(await life.statusOf('tuesday'))
    for (const name of ['monday', 'tuesday'])
      await life.ring(life.world.test.store.deleteSnapshot(ACCOUNT, name))
    await life.nothingIsLeft()
  })

  it('is taken by itself while the daily window is open, and goes with its group when it is automatic', async () => {
    const source = await life.written()
    const names = async () =>
      (await life.world.test.store.listSnapshots(ACCOUNT, { limit: 20 })).map((one) => one.snapshotName)
    await life.world.test.rows(`UPDATE replication_group SET snapshot_retention_limit = 1, snapshot_window =
      to_char(clock_now() AT TIME ZONE 'UTC', 'HH24:MI-') || to_char(clock_now() AT TIME ZONE 'UTC' + interval '1 hour', 'HH24:MI')`)
    await life.recover()
    const [name = '', ...others] = await names()
    expect({ others, status: await life.statusOf(name) }).toEqual({ others: [], status: 'available' })
    expect(name).toMatch(/^automatic\.source-\d+-\d{4}(-\d\d){4}$/)
    await life.remove(source)
    await life.nothingIsLeft()
  })

  it.each(FAILPOINT_POSITIONS.map((position) => failpointName('snapshot', 'copy', position)))(
    'is copied although a worker dies at %s, kept until then, and needed no more after that',
    async (name) => {
      const source = await life.written()
      await life.take('monday', source)
      await life.recover()
      await life.remove(source)
      const { store } = life.world.test
      const plan = { sourceSnapshotName: 'monday', targetSnapshotName: 'kept' }
      trap.hits = 0
      trap.armed = name
      await life.ring(store.copySnapshot(ACCOUNT, plan))
      expect(await life.statusOf('kept')).toBe('copying')
      const refused = { code: 'InvalidSnapshotState' }
      await expect(store.deleteSnapshot(ACCOUNT, 'monday')).rejects.toMatchObject(refused)
      await expect(store.deleteSnapshot(ACCOUNT, 'kept')).rejects.toMatchObject(refused)
      await life.recover()
      expect([trap.hits, await life.statusOf('kept')]).toEqual([1, 'available'])
      await life.forget('monday')
      const copy = `copy-${life.round}`
      await life.restore(copy, 'kept')
      await life.recover()
      expect(await life.dataOf(copy)).toEqual([WRITES, WRITES])
      await life.remove(copy)
      await life.forget('kept')
      await life.nothingIsLeft()
    },
  )

  it('is not copied from a damaged file, and leaves nothing of the copy', async () => {
    const source = await life.written()
    await life.take('monday', source)
    await life.recover()
    await life.spoil('monday')
    const plan = { sourceSnapshotName: 'monday', targetSnapshotName: 'kept' }
    await life.ring(life.world.test.store.copySnapshot(ACCOUNT, plan))
    await life.recover()
    expect([await life.statusOf('kept'), life.world.fake.vault.files.size]).toEqual(['failed', 1])
    await life.forget('kept')
    await life.forget('monday')
    await life.remove(source)
    await life.nothingIsLeft()
  })

  it('is kept as long as a cache is being made from it', async () => {
    const source = await life.written()
    await life.take('monday', source)
    await life.recover()
    await life.restore('copy', 'monday')
    expect(await life.statusOf('monday')).toBe('restoring')
    await expect(life.world.test.store.deleteSnapshot(ACCOUNT, 'monday')).rejects.toMatchObject({
      code: 'InvalidSnapshotState',
    })
    await life.recover()
    expect(await life.statusOf('monday')).toBe('available')
    await life.remove('copy')
    await life.ring(life.world.test.store.deleteSnapshot(ACCOUNT, 'monday'))
    await life.remove(source)
    await life.nothingIsLeft()
  })
})
