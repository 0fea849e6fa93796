import { choiceOf, replicationGroupStatus, seconds, type ReplicationGroup } from '@cacheplane/domain'
import { writeTo, type SimulatedContainer } from '@cacheplane/fleet/fake'
import { failpointName } from '@cacheplane/workflows'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT, aClusterOf, aGroupPlan } from '../support/stores.ts'
import { clusterDisagreements, doubleOwners } from './cluster-disagreements.ts'
import { SimWorld } from './sim-world.ts'
import { NOTHING, standing } from './standing.ts'
import { Trap } from './trap.ts'

const [SHARDS, NODES] = [2, 2]
const CHANGED_WITHIN_S = 90

describe('a rolling change of a cluster', () => {
  const trap = new Trap()
  let world: SimWorld
  let round = 0

  beforeAll(async () => {
    world = await SimWorld.open({ seed: 23, workers: 1, spares: 0, failpoints: trap.failpoints })
    trap.world = world
  })
  afterAll(() => world.close())

  const find = async (name: string): Promise<ReplicationGroup> => {
    const group = await world.test.store.findReplicationGroup(ACCOUNT, name)
    if (group === null) throw new Error(`${name} is gone`)
    return group
  }
  const running = () =>
    world.fake
      .world()
      .flatMap(({ containers }) =>
        containers.filter(({ state, process }) => state === 'running' && process?.cluster),
      )
  /** Who owns slots and serves clients, as these find it by asking any node. */
  const owners = (): SimulatedContainer[] =>
    running().filter(
      ({ process }) => process?.open === true && process.role === 'primary' && process.cluster?.slots.length,
    )

  it.each([
    ['nobody dies', null],
    ['the worker dies once writes wait', failpointName('node-group', 'close', 'afterEffect')],
    ['the worker dies once the successor leads', failpointName('node-group', 'promote', 'afterEffect')],
  ])('takes one node more at most and keeps every acknowledged write when %s', async (_, point) => {
    const name = `round-${++round}`
    const { store } = world.test
    const plan = aGroupPlan({
      replicationGroupId: name,
      engine: 'redis',
      engineVersion: '7.0',
      ...aClusterOf(SHARDS, NODES),
      cacheParameterGroupName: 'default.redis7.cluster.on',
    })
    await world.doorbell.ring((await store.createReplicationGroup(plan)).workflowId)
    await world.run(seconds(8))
    try {
      const [acknowledged, violations] = [new Map<string, string[]>(), new Set<string>()]
      let [written, most] = [0, 0]
      const live = () => {
        most = Math.max(most, running().length)
        for (const what of doubleOwners(world)) violations.add(what)
        if (++written % 10 > 0) return
        world.fake.replicate()
        for (const container of owners()) {
          const slots = JSON.stringify(container.process?.cluster?.slots)
          if (writeTo(container, `${name}-${written}`, world.clock.monotonicMs()) === 'acknowledged')
            acknowledged.set(slots, [...(acknowledged.get(slots) ?? []), `${name}-${written}`])
        }
      }
      if (point !== null) Object.assign(trap, { hits: 0, armed: point })
      const change = { choice: { engineVersion: '8.0', cacheNodeType: 'cache.t4g.small' }, deferred: false }
      await world.doorbell.ring((await store.modifyReplicationGroup(ACCOUNT, name, change)).workflowId)
      for (let i = 0; i < CHANGED_WITHIN_S; i++) {
        await world.run(seconds(1), live)
        const { pending, ...group } = await find(name)
        if (pending === null && replicationGroupStatus({ pending, ...group }) === 'available') break
      }
      trap.armed = null
      await world.run(seconds(3))
      const group = await find(name)
      const nodes = group.nodeGroups.flatMap(({ members }) =>
        members.flatMap((cluster) => cluster.nodes.map((node) => choiceOf({ node, cluster }))),
      )
      const lost = owners().flatMap(({ process }) => {
        const has = new Set(process?.writes.map(({ value }) => value))
        return (acknowledged.get(JSON.stringify(process?.cluster?.slots)) ?? []).filter(
          (value) => !has.has(value),
        )
      })
      expect({
        status: replicationGroupStatus(group),
        pending: group.pending,
        lost,
        most,
        group: group.cacheParameterGroupName,
      }).toEqual({
        status: 'available',
        pending: null,
        lost: [],
        most: SHARDS * NODES + 1,
        group: 'default.redis8.cluster.on',
      })
      expect(acknowledged.size).toBe(SHARDS)
      expect(nodes).toHaveLength(SHARDS * NODES)
      for (const node of nodes)
        expect(node).toMatchObject({ engineVersion: '8.0', cacheNodeType: 'cache.t4g.small' })
      expect(clusterDisagreements(world)).toEqual([])
      expect([...violations]).toEqual([])
      expect(running().every(({ process }) => process?.cluster?.peers.size === SHARDS * NODES - 1)).toBe(true)
      if (point !== null) expect(trap.hits).toBe(1)
    } finally {
      await world.doorbell.ring((await store.deleteReplicationGroup(ACCOUNT, name)).workflowId)
      await world.run(seconds(20))
    }
    expect(standing(world)).toEqual(NOTHING)
  })
})
