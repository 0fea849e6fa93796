import { UPLOAD_SEEN_EVERY_MS, UPLOAD_UNSEEN_MS } from '@cacheplane/domain'
import { FAILPOINT_POSITIONS, failpointName } from '@cacheplane/workflows'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SnapshotLife, WRITES } from './snapshot-life.ts'
import { Trap } from './trap.ts'

const POINTS = ['start', 'receive', 'verify'].flatMap((step) =>
  FAILPOINT_POSITIONS.map((position) => failpointName('snapshot', step, position)),
)

describe('an upload, whatever happens to who receives it or proves it', () => {
  const trap = new Trap()
  let life: SnapshotLife

  beforeAll(async () => {
    life = await SnapshotLife.open(17, trap)
  })
  afterAll(() => life.close())

  it.each(POINTS)('a worker that dies at %s leads to a snapshot of what was sent', async (name) => {
    trap.hits = 0
    trap.armed = name
    await life.send('brought', WRITES)
    await life.recover()
    expect({ hits: trap.hits, status: await life.statusOf('brought') }).toEqual({
      hits: 1,
      status: 'available',
    })
    await life.restore('copy', 'brought')
    await life.recover()
    expect(await life.dataOf('copy')).toEqual([WRITES, WRITES])
    await life.remove('copy')
    await life.forget('brought')
    await life.nothingIsLeft()
  })

  it('leaves nothing when its receiver has died, and the name is free again', async () => {
    trap.armed = null
    for (const isLeft of [true, true, false]) {
      await life.send('half', WRITES, isLeft)
      await life.world.run(UPLOAD_UNSEEN_MS + 2 * UPLOAD_SEEN_EVERY_MS)
      expect(await life.statusOf('half')).toBe(isLeft ? 'gone' : 'available')
      expect(life.world.fake.vault.files.size).toBe(isLeft ? 0 : 1)
    }
    await life.forget('half')
    await life.nothingIsLeft()
  })
})
