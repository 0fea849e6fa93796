import { cacheClusterStatus, seconds, type CacheCluster, type ClusterChange } from '@cacheplane/domain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT, aClusterPlan } from '../support/stores.ts'
import { ENGINE_ID, SimWorld } from './sim-world.ts'
import { NOTHING, standing } from './standing.ts'
import { Trap } from './trap.ts'

const THREE = [null, null, null]
const WITHIN_MS = seconds(40)

/** Reads the list at every move of the world: whom it names must serve when it is new, and it never goes back. */
class ListWatch {
  readonly violations: string[] = []
  readonly versions: number[] = []
  #nodes = ''

  constructor(
    private readonly world: SimWorld,
    private readonly port: number,
  ) {}

  readonly look = (): void => {
    const list = this.world.fake.discover(ENGINE_ID, this.port)
    if (list === null) return
    const latest = this.versions.at(-1) ?? 0
    if (list.version === latest) {
      if (list.nodes.join() !== this.#nodes)
        this.violations.push(`version ${latest} names others than before`)
      return
    }
    if (list.version < latest) this.violations.push(`version ${list.version} follows ${latest}`)
    this.versions.push(list.version)
    this.#nodes = list.nodes.join()
    const listening = this.world.fake
      .world()
      .flatMap(({ containers }) => containers.filter(({ state }) => state === 'running'))
      .map(({ process }) => `127.0.0.1|127.0.0.1|${process?.port}`)
    for (const node of list.nodes)
      if (!listening.includes(node))
        this.violations.push(`version ${list.version} names ${node}, which is not there`)
  }
}

describe('a Memcached cluster', () => {
  const trap = new Trap()
  let world: SimWorld
  let round = 0

  beforeAll(async () => {
    world = await SimWorld.open({ seed: 11, workers: 2, spares: 0, failpoints: trap.failpoints })
    trap.world = world
  })
  afterAll(() => world.close())

  const name = () => `pages-${round}`
  const found = async (): Promise<CacheCluster> => {
    const cluster = await world.test.store.findCacheCluster(ACCOUNT, name())
    if (cluster === null) throw new Error(`${name()} is not there`)
    return cluster
  }
  const shown = async () => {
    const cluster = await found()
    const ids = cluster.nodes.map(({ cacheNodeId }) => cacheNodeId)
    return `${cacheClusterStatus(cluster)} ${ids.join(' ')} at ${cluster.memcached?.configVersion}`
  }
  const create = async (): Promise<ListWatch> => {
    round += 1
    const plan = aClusterPlan({ cacheClusterId: name(), azMode: 'cross-az', zones: THREE })
    await world.doorbell.ring((await world.test.store.createCacheCluster(plan)).workflowId)
    await world.run(WITHIN_MS)
    const { memcached } = await found()
    const watch = new ListWatch(world, memcached?.endpoint?.primaryPort ?? 0)
    watch.look()
    return watch
  }
  const modify = async (change: ClusterChange, watch: ListWatch): Promise<void> => {
    await world.doorbell.ring((await world.test.store.modifyCacheCluster(ACCOUNT, name(), change)).workflowId)
    await world.run(WITHIN_MS, watch.look)
  }
  const remove = async (): Promise<void> => {
    await world.doorbell.ring((await world.test.store.deleteCacheCluster(ACCOUNT, name())).workflowId)
    await world.run(WITHIN_MS)
    expect(standing(world)).toEqual(NOTHING)
  }

  const POINTS = ['cache-cluster.converge', 'node.boot', 'node.admit', 'node.destroy'].flatMap((step) =>
    ['before', 'afterEffect', 'afterCommit'].map((position) => `${step}.${position}`),
  )
  it.each(POINTS)(
    'grows and shrinks although a worker dies at %s, and its list never lies',
    async (point) => {
      const watch = await create()
      trap.hits = 0
      trap.armed = point
      await modify({ numCacheNodes: 5 }, watch)
      expect(await shown()).toBe('available 0001 0002 0003 0004 0005 at 2')
      trap.armed = trap.hits === 0 ? point : null
      await modify({ numCacheNodes: 3, cacheNodeIdsToRemove: ['0001', '0004'] }, watch)
      expect(await shown()).toBe('available 0002 0003 0005 at 3')
      expect(trap.hits).toBe(1)
      expect(watch.violations).toEqual([])
      await remove()
    },
  )

  it('has lost nodes back under their addresses, without another version of its list', async () => {
    const watch = await create()
    const before = (await found()).nodes
    for (const { id } of before.slice(0, 2)) world.fake.kill(id)
    await world.run(WITHIN_MS, watch.look)
    expect(await shown()).toBe('available 0001 0002 0003 at 1')
    const after = (await found()).nodes
    expect(after.map(({ port }) => port)).toEqual(before.map(({ port }) => port))
    expect(after.map(({ incarnation }) => incarnation)).toEqual([2, 2, 1])
    await remove()
  })

  it('keeps a new list back while a node that it would name is not there', async () => {
    const watch = await create()
    const [first] = (await found()).nodes
    void world.clock.sleep(50).then(() => world.fake.kill(first?.id ?? ''))
    await modify({ numCacheNodes: 4 }, watch)
    expect(await shown()).toBe('available 0001 0002 0003 0004 at 2')
    expect((await found()).nodes[0]?.incarnation).toBe(2)
    expect(watch.violations).toEqual([])
    await remove()
  })

  it('stays as large as it could become when nodes cannot be made', async () => {
    const watch = await create()
    world.fake.loseImage(ENGINE_ID, 'memcached-1.6.38')
    await modify({ numCacheNodes: 5 }, watch)
    world.fake.world()[0]?.missingImages.clear()
    expect(await shown()).toBe('available 0001 0002 0003 at 1')
    await modify({ numCacheNodes: 4 }, watch)
    expect(await shown()).toBe('available 0001 0002 0003 0006 at 2')
    await remove()
  })

  it('shows its list again, and leads plain clients, after its edge was lost', async () => {
    const watch = await create()
    const endpoint = (await found()).memcached?.endpoint
    watch.look()
    world.fake.kill(endpoint?.edgeId ?? '')
    await world.run(WITHIN_MS, watch.look)
    watch.look()
    expect(watch.versions).toEqual([1])
    expect(world.fake.discover(ENGINE_ID, endpoint?.primaryPort ?? 0)?.nodes).toHaveLength(3)
    const [first] = (await found()).nodes
    expect(world.fake.connect(ENGINE_ID, endpoint?.primaryPort ?? 0)?.process()?.nodeId).toBe(first?.id)
    await remove()
  })
})
