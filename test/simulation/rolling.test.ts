import { seconds, type GroupChange } from '@cacheplane/domain'
import { failpointName, FAILPOINT_POSITIONS } from '@cacheplane/workflows'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RollingLife } from './rolling-life.ts'
import { ENGINE_ID, SimWorld } from './sim-world.ts'
import { NOTHING, standing } from './standing.ts'
import { Trap } from './trap.ts'

const SCALE: GroupChange = { choice: { cacheNodeType: 'cache.t4g.small' }, deferred: false }
const UPGRADE: GroupChange = { choice: { engineVersion: '8.0' }, deferred: false }
const BACK: GroupChange = { choice: { engineVersion: '7.0' }, deferred: false }
const UPGRADED = { status: 'available', pending: null, versions: ['redis 8.0', 'redis 8.0'], kept: true }

/** Where a changing group decides, hands its primary over, and makes and takes out nodes. */
const POINTS = [
  ...['start', 'boot', 'destroy'].map((step) => failpointName('node', step, 'afterEffect')),
  ...['converge', 'close', 'catch_up', 'promote'].flatMap((step) =>
    FAILPOINT_POSITIONS.map((position) => failpointName('node-group', step, position)),
  ),
]

describe('a rolling change', () => {
  const trap = new Trap()
  let world: SimWorld
  let round = 0

  beforeAll(async () => {
    world = await SimWorld.open({ seed: 11, workers: 1, spares: 0, failpoints: trap.failpoints })
    trap.world = world
  })
  afterAll(() => world.close())

  const begin = async (nodes: number): Promise<RollingLife> => {
    const life = new RollingLife(world, `round-${++round}`, nodes)
    await life.begin()
    return life
  }
  const end = async (life: RollingLife): Promise<void> => {
    await life.end()
    expect(standing(world)).toEqual(NOTHING)
  }

  it.each([1, 3])('brings a group of %i nodes over, and keeps what it holds', async (nodes) => {
    const life = await begin(nodes)
    await life.change(SCALE)
    const types = Array.from({ length: nodes }, () => 'cache.t4g.small')
    expect(await life.settle()).toMatchObject({ status: 'available', pending: null, types, kept: true })
    expect(life.fewestCopies).toBe(nodes)
    await end(life)
  })

  it.each(POINTS)('goes on when the worker dies at %s', async (point) => {
    const life = await begin(2)
    Object.assign(trap, { hits: 0, armed: point })
    await life.change(UPGRADE)
    const after = await life.settle()
    trap.armed = null
    expect({ hits: trap.hits, copies: life.fewestCopies, ...after }).toMatchObject({
      hits: 1,
      copies: 2,
      ...UPGRADED,
    })
    await end(life)
  })

  it.each(['primary', 'replica', 'successor'] as const)(
    'goes on when the %s is lost in the middle',
    async (role) => {
      const life = await begin(2)
      await life.change(UPGRADE)
      let lost: string | null = null
      const state = await life.settle(async () => {
        if (lost !== null || !world.dice.chance(0.05)) return
        const { successor, ...others } = await life.nodeIds()
        if (successor === null) return
        lost = { successor, ...others }[role]
        world.fake.kill(lost)
      })
      expect(lost).not.toBeNull()
      expect(state).toMatchObject(UPGRADED)
      await end(life)
    },
  )

  it('stops where there is no image, serves on, and can be taken up again', async () => {
    const life = await begin(2)
    world.fake.loseImage(ENGINE_ID, 'redis-8.0')
    await life.change(UPGRADE)
    expect(await life.settle()).toMatchObject({
      status: 'available',
      pending: { state: 'stopped', because: expect.stringContaining('No such image') as unknown },
      versions: ['redis 7.0', 'redis 7.0'],
      kept: true,
    })
    world.fake.world()[0]?.missingImages.clear()
    await life.change(UPGRADE)
    expect(await life.settle()).toMatchObject(UPGRADED)
    await end(life)
  })

  it('is taken back while an old node is left', async () => {
    const life = await begin(3)
    await life.change(UPGRADE)
    // The image is lost once the first of the nodes has been replaced.
    const half = await life.settle(async () => {
      const { versions } = await life.peek()
      if (versions.length === 3 && versions.includes('redis 8.0'))
        world.fake.loseImage(ENGINE_ID, 'redis-8.0')
    })
    world.fake.world()[0]?.missingImages.clear()
    expect(half).toMatchObject({ status: 'available', pending: { state: 'stopped' }, kept: true })
    expect(new Set(half.versions)).toEqual(new Set(['redis 7.0', 'redis 8.0']))
    await life.change(BACK)
    const versions = ['redis 7.0', 'redis 7.0', 'redis 7.0']
    expect(await life.settle()).toMatchObject({ status: 'available', pending: null, versions, kept: true })
    await end(life)
  })

  it('does not make a node smaller than its data', async () => {
    const life = await begin(1)
    await life.change(SCALE)
    await life.settle()
    world.fake.fill((await life.nodeIds()).primary, 2 ** 30)
    await life.change({ choice: { cacheNodeType: 'cache.t4g.micro' }, deferred: false })
    expect(await life.settle()).toMatchObject({
      status: 'available',
      pending: { state: 'stopped', because: expect.stringContaining('cache.t4g.micro holds') as unknown },
      types: ['cache.t4g.small'],
    })
    await end(life)
  })

  it('waits for the maintenance window, and takes place in it once', async () => {
    // A clock of its own, which begins at a Thursday's midnight.
    const thursday = await SimWorld.open({ seed: 12, workers: 1, spares: 0 })
    const life = new RollingLife(thursday, 'weekly', 1)
    await life.begin()
    const preferredMaintenanceWindow = 'thu:00:01-thu:01:01'
    await life.change({ ...SCALE, preferredMaintenanceWindow, deferred: true })
    await thursday.run(seconds(50))
    const before = await life.state()
    await thursday.run(seconds(20))
    const after = await life.state()
    const told = await thursday.test.rows(
      "SELECT 1 FROM event WHERE message LIKE 'Succeeded applying modification%'",
    )
    await thursday.close()
    const types = ['cache.t4g.micro']
    expect(before).toMatchObject({ status: 'available', pending: { state: 'waiting' }, types })
    expect(after).toMatchObject({ status: 'available', pending: null, types: ['cache.t4g.small'] })
    expect(told).toHaveLength(1)
  })
})
