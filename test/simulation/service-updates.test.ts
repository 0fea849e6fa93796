import {
  cacheClusterStatus,
  nodesUpdated,
  RECOMMENDED_WITHIN_MS,
  seconds,
  updateActionStatus,
  type UpdateTarget,
} from '@cacheplane/domain'
import { failpointName, FAILPOINT_POSITIONS } from '@cacheplane/workflows'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT, aClusterPlan } from '../support/stores.ts'
import { RollingLife } from './rolling-life.ts'
import { ENGINE_ID, SimWorld } from './sim-world.ts'
import { NOTHING, standing } from './standing.ts'
import { Trap } from './trap.ts'

const REDIS = 'redis-7.0'
const MEMCACHED = 'memcached-1.6.38'
/** What is peculiar to an update; rolling changes as such have all points to themselves. */
const GROUP_POINTS = [
  failpointName('node', 'admit', 'afterEffect'),
  ...FAILPOINT_POSITIONS.map((position) => failpointName('node-group', 'converge', position)),
  failpointName('node-group', 'promote', 'afterEffect'),
]
const CLUSTER_POINTS = [
  ...FAILPOINT_POSITIONS.map((position) => failpointName('cache-cluster', 'converge', position)),
  ...['start', 'boot', 'admit'].map((step) => failpointName('node', step, 'afterEffect')),
]

/** Images that are built again, in one simulated world. */
class Updates {
  #built = 0

  constructor(readonly world: SimWorld) {}

  /** Of Docker's engine; null while nobody has noticed it. */
  async rebuild(image: string): Promise<{ imageId: string; name: string }> {
    const imageId = `sha256:${image}-${++this.#built}`
    this.world.fake.rebuildImage(ENGINE_ID, image, imageId)
    await this.world.run(seconds(12))
    const [newest] = await this.world.test.store.listServiceUpdates({ statuses: ['available'] })
    return { imageId, name: newest?.name ?? 'none' }
  }

  async apply(name: string, target: UpdateTarget): Promise<void> {
    const { workflowId } = await this.world.test.store.applyServiceUpdate(ACCOUNT, name, target)
    await this.world.doorbell.ring(workflowId)
  }

  async stop(name: string, target: UpdateTarget): Promise<void> {
    const { workflowId } = await this.world.test.store.stopServiceUpdate(ACCOUNT, name, target)
    await this.world.doorbell.ring(workflowId)
  }

  /** `in-progress 1/3`; null when the update is not for it. */
  async told(name: string, target: UpdateTarget): Promise<string | null> {
    const ids = target.kind === 'replication-group' ? 'replicationGroupIds' : 'cacheClusterIds'
    const query = { name, [ids]: [target.name] }
    const [action] = await this.world.test.store.listUpdateActions(ACCOUNT, query)
    return action === undefined ? null : `${updateActionStatus(action)} ${nodesUpdated(action)}`
  }

  /** How many containers of caches were made of it. */
  countOf(imageId: string): number {
    const containers = this.world.fake.world().flatMap((engine) => engine.containers)
    return containers.filter((one) => one.imageId === imageId).length
  }
}

describe('a service update', () => {
  const trap = new Trap()
  let world: SimWorld
  let updates: Updates
  let round = 0

  beforeAll(async () => {
    world = await SimWorld.open({ seed: 21, workers: 1, spares: 0, failpoints: trap.failpoints })
    trap.world = world
    updates = new Updates(world)
    await world.run(seconds(12))
  })
  afterAll(() => world.close())

  const begin = async (nodes: number) => {
    const life = new RollingLife(world, `round-${++round}`, nodes)
    await life.begin()
    return { life, target: { kind: 'replication-group', name: life.name } as const }
  }
  const end = async (life: RollingLife): Promise<void> => {
    await life.end()
    expect(standing(world)).toEqual(NOTHING)
  }

  it.each([1, 3])(
    'appears when an image was built again, and renews a group of %i nodes that keeps what it holds',
    async (nodes) => {
      const { life, target } = await begin(nodes)
      const { imageId, name } = await updates.rebuild(REDIS)
      expect(await updates.told(name, target)).toBe(`not-applied 0/${nodes}`)
      await updates.apply(name, target)
      expect(await life.settle()).toMatchObject({ status: 'available', kept: true })
      expect(life.fewestCopies).toBe(nodes)
      expect(updates.countOf(imageId)).toBe(nodes)
      expect(await updates.told(name, target)).toBe(`complete ${nodes}/${nodes}`)
      await end(life)
    },
  )

  it.each(GROUP_POINTS)('goes on when the worker dies at %s', async (point) => {
    const { life, target } = await begin(2)
    const { imageId, name } = await updates.rebuild(REDIS)
    Object.assign(trap, { hits: 0, armed: point })
    await updates.apply(name, target)
    const after = await life.settle()
    trap.armed = null
    expect({ hits: trap.hits, copies: life.fewestCopies, ...after }).toMatchObject({
      hits: 1,
      copies: 2,
      status: 'available',
      kept: true,
    })
    expect([updates.countOf(imageId), await updates.told(name, target)]).toEqual([2, 'complete 2/2'])
    await end(life)
  })

  it('stops when it is told to: the node under way is finished, and none is begun with', async () => {
    const { life, target } = await begin(3)
    const { imageId, name } = await updates.rebuild(REDIS)
    await updates.apply(name, target)
    let isStopped = false
    const state = await life.settle(async () => {
      if (isStopped || (await life.nodeIds()).successor === null) return
      isStopped = true
      await updates.stop(name, target)
    })
    expect(state).toMatchObject({ status: 'available', kept: true })
    expect([updates.countOf(imageId), await updates.told(name, target)]).toEqual([1, 'stopped 1/3'])
    await updates.apply(name, target)
    expect(await life.settle()).toMatchObject({ status: 'available', kept: true })
    expect(await updates.told(name, target)).toBe('complete 3/3')
    await end(life)
  })

  it('stops where the image cannot be had any more, and everybody serves on', async () => {
    const { life, target } = await begin(2)
    const { name } = await updates.rebuild(REDIS)
    world.fake.loseImage(ENGINE_ID, REDIS)
    await updates.apply(name, target)
    expect(await life.settle()).toMatchObject({ status: 'available', kept: true })
    expect(await updates.told(name, target)).toBe('stopped 0/2')
    world.fake.world()[0]?.missingImages.clear()
    await end(life)
  })

  it('is had by whoever was made, or made again, since', async () => {
    const { life, target } = await begin(2)
    const { name } = await updates.rebuild(REDIS)
    world.fake.kill((await life.nodeIds()).replica)
    expect(await life.settle()).toMatchObject({ status: 'available', kept: true })
    expect(await updates.told(name, target)).toBe('not-applied 1/2')
    await end(life)
    const later = await begin(1)
    expect(await updates.told(name, later.target)).toBeNull()
    await end(later.life)
  })

  describe('of a Memcached cluster', () => {
    const create = async () => {
      const name = `pages-${++round}`
      const plan = aClusterPlan({ cacheClusterId: name, zones: [null, null, null] })
      await world.doorbell.ring((await world.test.store.createCacheCluster(plan)).workflowId)
      await world.run(seconds(20))
      return { kind: 'cache-cluster', name } as const
    }
    const found = async ({ name }: UpdateTarget) => {
      const cluster = await world.test.store.findCacheCluster(ACCOUNT, name)
      if (cluster === null) throw new Error(`${name} is not there`)
      return cluster
    }
    const remove = async ({ name }: UpdateTarget) => {
      await world.doorbell.ring((await world.test.store.deleteCacheCluster(ACCOUNT, name)).workflowId)
      await world.run(seconds(10))
      expect(standing(world)).toEqual(NOTHING)
    }

    it.each(CLUSTER_POINTS)(
      'renews one node at a time under its address, although the worker dies at %s',
      async (point) => {
        const target = await create()
        const before = (await found(target)).nodes.map(({ port }) => port)
        const { imageId, name } = await updates.rebuild(MEMCACHED)
        Object.assign(trap, { hits: 0, armed: point })
        await updates.apply(name, target)
        let fewest = 3
        await world.run(seconds(40), () => {
          const containers = world.fake.world().flatMap((engine) => engine.containers)
          const serving = containers.filter(
            (one) => one.process?.engine === 'memcached' && one.state === 'running',
          )
          fewest = Math.min(fewest, serving.length)
        })
        trap.armed = null
        const after = await found(target)
        expect(trap.hits).toBe(1)
        expect(fewest).toBe(2)
        expect([cacheClusterStatus(after), after.nodes.map(({ port }) => port)]).toEqual([
          'available',
          before,
        ])
        expect([updates.countOf(imageId), await updates.told(name, target)]).toEqual([3, 'complete 3/3'])
        await remove(target)
      },
    )
  })

  it('comes by itself once the recommended date is past, in the maintenance window and for whoever wants that', async () => {
    // A clock of its own, which begins at a Thursday's midnight; the date is another Thursday's, too.
    const thursday = await SimWorld.open({ seed: 22, workers: 1, spares: 0 })
    const weekly = new Updates(thursday)
    const lives = ['wants', 'not'].map((name) => new RollingLife(thursday, name, 1))
    for (const life of lives) await life.begin()
    await thursday.run(seconds(10))
    const window = { preferredMaintenanceWindow: 'thu:00:03-thu:01:03' }
    await lives[0]?.change(window)
    await lives[1]?.change({ ...window, autoMinorVersionUpgrade: false })
    const { imageId, name } = await weekly.rebuild(REDIS)
    await thursday.run(seconds(200))
    const early = weekly.countOf(imageId)
    await thursday.test.rows(
      "UPDATE service_update SET recommended_at = recommended_at - $1 * interval '1 millisecond'",
      [RECOMMENDED_WITHIN_MS],
    )
    await thursday.run(seconds(30))
    const told = await Promise.all(
      ['wants', 'not'].map((group) => weekly.told(name, { kind: 'replication-group', name: group })),
    )
    await thursday.close()
    expect(early).toBe(0)
    expect(told).toEqual(['complete 1/1', 'not-applied 0/1'])
  })
})
