import { cacheClusterStatus, replicationGroupStatus, seconds, type Accepted } from '@cacheplane/domain'
import { FAILPOINT_POSITIONS, failpointName, RUNBOOKS } from '@cacheplane/workflows'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT, aClusterPlan, aGroupPlan } from '../support/stores.ts'
import { ENGINE_ID, SimWorld } from './sim-world.ts'
import { Trap } from './trap.ts'

const POINTS = RUNBOOKS.filter(({ kind }) => kind !== 'docker-engine').flatMap(({ kind, stepNames }) =>
  stepNames.flatMap((step) =>
    FAILPOINT_POSITIONS.map((position) => ({ kind, step, name: failpointName(kind, step, position) })),
  ),
)
/** Steps that are only seen when a creation fails. */
const OF_FAILURE = new Set(['unwind', 'failed'])

/** Longer than a lease, so that another worker takes over in between. */
const RECOVERED_MS = seconds(25)

describe('a worker that dies at any point of any step', () => {
  const trap = new Trap()
  let world: SimWorld
  let round = 0

  beforeAll(async () => {
    world = await SimWorld.open({ seed: 7, workers: 1, spares: 0, failpoints: trap.failpoints })
    trap.world = world
  })
  afterAll(() => world.close())

  const ring = ({ workflowId }: Accepted): Promise<void> => world.doorbell.ring(workflowId)

  async function create(kind: string, name: string): Promise<void> {
    const { store } = world.test
    const isCluster = kind === 'cache-cluster'
    await ring(
      isCluster
        ? await store.createCacheCluster(aClusterPlan({ cacheClusterId: name }))
        : await store.createReplicationGroup(aGroupPlan({ replicationGroupId: name })),
    )
  }

  async function remove(kind: string, name: string): Promise<void> {
    const { store } = world.test
    await ring(
      kind === 'cache-cluster'
        ? await store.deleteCacheCluster(ACCOUNT, name)
        : await store.deleteReplicationGroup(ACCOUNT, name),
    )
  }

  async function statusOf(kind: string, name: string): Promise<string> {
    const { store } = world.test
    if (kind === 'cache-cluster') {
      const cluster = await store.findCacheCluster(ACCOUNT, name)
      return cluster === null ? 'gone' : cacheClusterStatus(cluster)
    }
    const group = await store.findReplicationGroup(ACCOUNT, name)
    return group === null ? 'gone' : replicationGroupStatus(group)
  }

  function killItsNode(): void {
    const [engine] = world.fake.world()
    const process = engine?.containers.find((container) => container.process !== null)?.process
    if (process !== null && process !== undefined) world.fake.kill(process.nodeId)
  }

  /** Creates, loses its node, is repaired, is deleted; or fails to be created, and is deleted. */
  async function live(kind: string, name: string, fails: boolean): Promise<string[]> {
    const [engine] = world.fake.world()
    if (fails) for (const image of ['valkey-8.1', 'memcached-1.6.38']) world.fake.loseImage(ENGINE_ID, image)
    await create(kind, name)
    await world.run(RECOVERED_MS)
    const created = await statusOf(kind, name)
    engine?.missingImages.clear()
    if (!fails) killItsNode()
    await world.run(RECOVERED_MS)
    const repaired = await statusOf(kind, name)
    await remove(kind, name)
    await world.run(RECOVERED_MS)
    return [created, repaired, await statusOf(kind, name)]
  }

  it.each(POINTS)(
    'at $name: everything is created, repaired and deleted all the same',
    async ({ kind, step, name }) => {
      const fails = OF_FAILURE.has(step)
      trap.armed = name
      trap.hits = 0
      const statuses = await live(kind, `round-${++round}`, fails)
      expect({ hits: trap.hits, statuses }).toEqual({
        hits: 1,
        statuses: fails ? ['create-failed', 'create-failed', 'gone'] : ['available', 'available', 'gone'],
      })
      const [engine] = world.fake.world()
      expect(engine).toMatchObject({ containers: [], networks: [], volumes: [] })
      const held = await world.test.rows(`SELECT 1 FROM ip_allocation WHERE released_at IS NULL
      UNION ALL SELECT 1 FROM port_allocation WHERE released_at IS NULL
      UNION ALL SELECT 1 FROM subnet_allocation WHERE released_at IS NULL UNION ALL SELECT 1 FROM workflow`)
      expect(held).toEqual([])
    },
  )
})
