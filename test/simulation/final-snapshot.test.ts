import { replicationGroupStatus } from '@cacheplane/domain'
import { FAILPOINT_POSITIONS, failpointName } from '@cacheplane/workflows'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT } from '../support/stores.ts'
import { SnapshotLife, WRITES } from './snapshot-life.ts'
import { Trap } from './trap.ts'

const positions = (step: string) =>
  FAILPOINT_POSITIONS.map((position) => failpointName('snapshot', step, position))

describe('a group that goes once its final snapshot is kept', () => {
  const trap = new Trap()
  let life: SnapshotLife

  beforeAll(async () => {
    life = await SnapshotLife.open(17, trap)
  })
  afterAll(() => life.close())

  const statusOf = async (name: string) => {
    const group = await life.world.test.store.findReplicationGroup(ACCOUNT, name)
    return group === null ? 'gone' : replicationGroupStatus(group)
  }
  const retire = (name: string) =>
    life.ring(life.world.test.store.deleteReplicationGroup(ACCOUNT, name, 'last'))

  it.each(['choose', 'capture', 'verify', 'wait'].flatMap(positions))(
    'goes although a worker dies at %s, and what it held can be had again',
    async (name) => {
      const source = await life.written()
      trap.hits = 0
      trap.armed = name
      await retire(source)
      expect(await statusOf(source)).toBe('deleting')
      await life.recover()
      expect([trap.hits, await statusOf(source), await life.statusOf('last')]).toEqual([
        1,
        'gone',
        'available',
      ])
      const copy = `copy-${life.round}`
      await life.restore(copy, 'last')
      await life.recover()
      expect(await life.dataOf(copy)).toEqual([WRITES, WRITES])
      await life.remove(copy)
      await life.forget('last')
      await life.nothingIsLeft()
    },
  )

  it.each(['unwind', 'verify'].flatMap(positions))(
    'stays with all it holds when the snapshot fails and a worker dies at %s',
    async (name) => {
      const source = await life.written()
      trap.hits = 0
      trap.armed = name
      await retire(source)
      await life.spoil('last')
      await life.recover()
      expect([trap.hits, await statusOf(source), await life.statusOf('last')]).toEqual([
        1,
        'available',
        'failed',
      ])
      expect(await life.dataOf(source)).toEqual([WRITES, WRITES])
      await life.forget('last')
      await life.remove(source)
      await life.nothingIsLeft()
    },
  )

  it('fails over in between, and goes with what its new primary holds', async () => {
    const source = await life.written()
    life.world.fake.faults.order('saveNode', { lost: 'before' })
    await retire(source)
    life.world.fake.kill(await life.primaryIdOf(source))
    await life.recover()
    expect([await statusOf(source), await life.statusOf('last')]).toEqual(['gone', 'available'])
    await life.restore('copy', 'last', 1)
    await life.recover()
    expect(await life.dataOf('copy')).toEqual([WRITES])
    await life.remove('copy')
    await life.forget('last')
    await life.nothingIsLeft()
  })

  it('is changed and deleted by nobody until then', async () => {
    const source = await life.written()
    await retire(source)
    const { store } = life.world.test
    const refused = { code: 'InvalidReplicationGroupState' }
    await expect(store.deleteReplicationGroup(ACCOUNT, source)).rejects.toMatchObject(refused)
    await expect(store.deleteReplicationGroup(ACCOUNT, source, 'other')).rejects.toMatchObject(refused)
    await expect(store.modifyReplicationGroup(ACCOUNT, source, { description: 'new' })).rejects.toMatchObject(
      refused,
    )
    await life.recover()
    await life.forget('last')
    await life.nothingIsLeft()
  })
})
