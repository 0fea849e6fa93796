import { replicationGroupStatus, seconds, type ReplicationGroup } from '@cacheplane/domain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT, aClusterOf } from '../support/stores.ts'
import { clusterDisagreements } from './cluster-disagreements.ts'
import { RollingLife } from './rolling-life.ts'
import { SimWorld } from './sim-world.ts'
import { NOTHING, standing } from './standing.ts'

const COMPATIBLE = {
  ...aClusterOf(1, 2),
  cacheParameterGroupName: 'default.redis7.cluster.on',
  clusterMode: 'compatible',
} as const

describe('a group for clients of both kinds', () => {
  let world: SimWorld

  beforeAll(async () => {
    world = await SimWorld.open({ seed: 31, workers: 1, spares: 0 })
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
})
