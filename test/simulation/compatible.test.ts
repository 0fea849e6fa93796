import { replicationGroupStatus, seconds, type ReplicationGroup } from '@cacheplane/domain'
import { failpointName } from '@cacheplane/workflows'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT, aClusterOf } from '../support/stores.ts'
import { clusterDisagreements } from './cluster-disagreements.ts'
import { RollingLife } from './rolling-life.ts'
import { SimWorld } from './sim-world.ts'
import { NOTHING, standing } from './standing.ts'
import { Trap } from './trap.ts'

const COMPATIBLE = {
  ...aClusterOf(1, 2),
  cacheParameterGroupName: 'default.redis7.cluster.on',
  clusterMode: 'compatible',
} as const

/** Where the way into a cluster is another one than that of any rolling change. */
const POINTS = [
  failpointName('node-group', 'catch_up', 'afterEffect'),
  failpointName('node-group', 'promote', 'afterEffect'),
]

describe('a group for clients of both kinds', () => {
  const trap = new Trap()
  let world: SimWorld
  let round = 0

  beforeAll(async () => {
    world = await SimWorld.open({ seed: 31, workers: 1, spares: 0, failpoints: trap.failpoints })
    trap.world = world
  })
  afterAll(() => world.close())

  const find = async (name: string): Promise<ReplicationGroup> => {
    const group = await world.test.store.findReplicationGroup(ACCOUNT, name)
    if (group === null) throw new Error(`${name} is gone`)
    return group
  }
  /** Who answers at an endpoint; null when nobody does. */
  const at = (engineId: string, port: number) => world.fake.connect(engineId, port)?.process()?.nodeId ?? null

  /** Whom clients of each kind come to. */
  const led = (group: ReplicationGroup) => {
    const { configurationEndpoint: cluster, nodeGroups } = group
    const plain = nodeGroups[0]?.endpoint ?? null
    return {
      primary: plain === null ? null : at(plain.engineId, plain.primaryPort),
      reader: plain === null ? null : at(plain.engineId, plain.readerPort),
      cluster: cluster === null ? null : at(cluster.engineId, cluster.readerPort),
    }
  }

  it('leads plain readers to the primary, before and after a failover, until its mode is enabled', async () => {
    const life = new RollingLife(world, 'both', 2, COMPATIBLE)
    await life.begin()
    const before = await find('both')
    const lostId = before.nodeGroups[0]?.primaryNodeId ?? ''
    expect(replicationGroupStatus(before)).toBe('available')
    expect(led(before)).toMatchObject({ primary: lostId, reader: lostId, cluster: expect.any(String) })
    world.fake.kill(lostId)
    await world.run(seconds(20))
    const after = await find('both')
    const primaryId = after.nodeGroups[0]?.primaryNodeId ?? ''
    expect(primaryId).not.toBe(lostId)
    expect(replicationGroupStatus(after)).toBe('available')
    expect(led(after)).toMatchObject({ primary: primaryId, reader: primaryId, cluster: expect.any(String) })
    expect(clusterDisagreements(world)).toEqual([])
    const { edgeId, slot } = after.nodeGroups[0]?.endpoint ?? {}
    await life.change({ clusterMode: 'enabled', deferred: false })
    await world.run(seconds(5))
    const enabled = await find('both')
    expect(replicationGroupStatus(enabled)).toBe('available')
    expect(enabled.clusterMode).toBe('enabled')
    expect(led(enabled)).toEqual({ primary: null, reader: null, cluster: expect.any(String) })
    // Whoever gets the endpoint next finds it closed.
    const [edge] = world.fake
      .world()
      .flatMap(({ containers }) => containers.filter((one) => one.edge?.edgeId === edgeId))
    const freed = edge?.edge?.slots.find((one) => one.slot === slot)
    expect([freed?.primary.hop, freed?.fallback.hop]).toEqual([null, null])
    await life.end()
    expect(standing(world)).toEqual(NOTHING)
  })

  const become = async (life: RollingLife, clusterMode: string) => {
    await life.change({ clusterMode, deferred: false })
    const state = await life.settle()
    const group = await find(life.name)
    const inCluster = group.nodeGroups.flatMap(({ members }) =>
      members.flatMap(({ nodes }) => nodes.map(({ busPort }) => busPort !== null)),
    )
    return { ...state, mode: group.clusterMode, inCluster, led: led(group), group }
  }
  const here = expect.any(String) as unknown

  it.each([1, 3])(
    'is made of one of %i nodes outside of any cluster, and taken apart again, without a lost write',
    async (nodes) => {
      const life = new RollingLife(world, `way-${nodes}`, nodes)
      await life.begin()
      expect(await become(life, 'compatible')).toMatchObject({
        status: 'available',
        pending: null,
        mode: 'compatible',
        kept: true,
        inCluster: Array.from({ length: nodes }, () => true),
        led: { primary: here, reader: here, cluster: here },
        group: {
          clusterEnabled: true,
          cacheParameterGroupName: 'default.redis7.cluster.on',
          automaticFailoverEnabled: true,
        },
      })
      expect(life.fewestCopies).toBe(nodes)
      expect(clusterDisagreements(world)).toEqual([])
      expect(await become(life, 'disabled')).toMatchObject({
        status: 'available',
        pending: null,
        mode: 'disabled',
        kept: true,
        inCluster: Array.from({ length: nodes }, () => false),
        led: { primary: here, reader: here, cluster: null },
        group: {
          clusterEnabled: false,
          configurationEndpoint: null,
          cacheParameterGroupName: 'default.redis7',
          automaticFailoverEnabled: nodes > 1,
        },
      })
      await life.end()
      expect(standing(world)).toEqual(NOTHING)
    },
  )

  it('is not made where keys are in other databases: nothing changes, and the reason is told', async () => {
    const life = new RollingLife(world, 'elsewhere', 1)
    await life.begin()
    const { primary } = await life.nodeIds()
    const [process] = world.fake
      .world()
      .flatMap(({ containers }) => containers.flatMap((one) => one.process ?? []))
      .filter((one) => one.nodeId === primary)
    Object.assign(process ?? {}, { keysElsewhere: 3 })
    const because = 'a cluster has one database, and 3 keys are in others than 0'
    expect(await become(life, 'compatible')).toMatchObject({
      status: 'available',
      mode: 'disabled',
      pending: { state: 'stopped', because },
      inCluster: [false],
      kept: true,
    })
    expect(await become(life, 'disabled')).toMatchObject({
      pending: null,
      mode: 'disabled',
      led: { cluster: null },
    })
    await life.end()
    expect(standing(world)).toEqual(NOTHING)
  })

  it.each(POINTS)('is made all the same when the worker dies at %s', async (point) => {
    const life = new RollingLife(world, `point-${++round}`, 2)
    await life.begin()
    Object.assign(trap, { hits: 0, armed: point })
    const made = await become(life, 'compatible')
    trap.armed = null
    expect({ hits: trap.hits, ...made }).toMatchObject({
      hits: 1,
      status: 'available',
      mode: 'compatible',
      inCluster: [true, true],
      kept: true,
    })
    expect(clusterDisagreements(world)).toEqual([])
    await life.end()
    expect(standing(world)).toEqual(NOTHING)
  })

  it.each([2, 3.5])('is made all the same when the primary dies %d s after that was begun', async (s) => {
    const life = new RollingLife(world, `lost-${++round}`, 2)
    await life.begin()
    await life.change({ clusterMode: 'compatible', deferred: false })
    await world.run(seconds(s))
    world.fake.kill((await life.nodeIds()).primary)
    await life.settle()
    const state = await life.settle()
    const group = await find(life.name)
    expect({ status: state.status, mode: group.clusterMode }).toEqual({
      status: 'available',
      mode: 'compatible',
    })
    expect(clusterDisagreements(world)).toEqual([])
    await life.end()
    expect(standing(world)).toEqual(NOTHING)
  })
})
