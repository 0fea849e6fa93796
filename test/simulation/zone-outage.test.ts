import {
  cacheClusterStatus,
  findViolations,
  nodeGroupStatus,
  replicationGroupStatus,
  seconds,
  type Accepted,
  type CacheNode,
  type OutageMode,
} from '@cacheplane/domain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT, aClusterPlan, aGroupPlan } from '../support/stores.ts'
import { ENGINE_ID, SimWorld } from './sim-world.ts'

const ZONES = ['local-1a', 'local-1b', 'local-1c']
const EVERYBODY = ['sessions', 'solo', 'pages-a', 'pages-b']

describe('an outage of an availability zone', () => {
  let world: SimWorld
  beforeEach(async () => {
    world = await SimWorld.open({ seed: 11, workers: 2, spares: 0 })
    world.fake.addForeignContainer(ENGINE_ID, 'stranger')
    const { store } = world.test
    await ring(
      store.createReplicationGroup(aGroupPlan({ automaticFailoverEnabled: true, zones: ZONES })),
      store.createReplicationGroup(aGroupPlan({ replicationGroupId: 'solo', zones: ['local-1a'] })),
      store.createCacheCluster(aClusterPlan({ cacheClusterId: 'pages-a', zones: ['local-1a'] })),
      store.createCacheCluster(aClusterPlan({ cacheClusterId: 'pages-b', zones: ['local-1b'] })),
    )
    await world.run(seconds(10))
    expect(await statuses()).toEqual(EVERYBODY.map((name) => `${name} available`))
  })
  afterEach(() => world.close())

  const ring = async (...asked: Promise<Accepted>[]) => {
    for (const { workflowId } of await Promise.all(asked)) await world.doorbell.ring(workflowId)
  }
  const begin = (mode: OutageMode, zone = 'local-1a') =>
    ring(world.test.store.beginOutage(ACCOUNT, zone, mode))
  const end = (zone = 'local-1a') => ring(world.test.store.endOutage(zone))

  const find = async (name: string) => {
    const { store } = world.test
    const [group, cluster] = [
      await store.findReplicationGroup(ACCOUNT, name),
      await store.findCacheCluster(ACCOUNT, name),
    ]
    const shard = group?.nodeGroups[0]
    const nodes = [...(shard?.members ?? []).flatMap((one) => one.nodes), ...(cluster?.nodes ?? [])]
    const status = group ? replicationGroupStatus(group) : cluster ? cacheClusterStatus(cluster) : 'gone'
    return { status, nodes, shard, cluster }
  }
  const statuses = () => Promise.all(EVERYBODY.map(async (name) => `${name} ${(await find(name)).status}`))
  const containers = () => world.fake.world().flatMap((engine) => engine.containers)
  /** Each container of these zones, with what it is doing. */
  const standingIn = async (...zones: string[]) => {
    const nodes: CacheNode[] = []
    for (const name of EVERYBODY)
      nodes.push(...(await find(name)).nodes.filter(({ zone }) => zones.includes(zone)))
    const ids = new Set(nodes.map(({ id }) => id))
    return containers()
      .filter(({ process }) => process !== null && ids.has(process.nodeId))
      .map(({ ref, state, process }) => ({ ref, state, runId: process?.runId, isOpen: process?.open }))
  }
  const edgesAndStrangers = () =>
    containers().flatMap(({ ref, state, process }) => (process === null ? [`${ref} ${state}`] : []))
  const violations = async () => {
    const looking = world.fake.fleet.inventory(ENGINE_ID)
    await world.run(seconds(1))
    const inventory = await looking
    return findViolations(await world.test.store.audit(), new Map([[ENGINE_ID, inventory]]), new Map())
  }
  const runs = (ms: number) => world.run(ms)

  it.each(['kill', 'freeze'] as const)(
    'by %s: the primary moves, nothing of the zone comes back while it lasts, and all of it afterwards',
    async (mode) => {
      const before = (await find('sessions')).shard?.primaryNodeId
      await begin(mode)
      await runs(seconds(5))
      const { shard } = await find('sessions')
      expect(shard?.primaryNodeId).not.toBe(before)
      expect(shard && nodeGroupStatus(shard)).toBe('modifying')
      expect(shard?.workflow.because).toBe('availability zone local-1a is out')
      await runs(seconds(60))
      const standing = await standingIn('local-1a')
      expect(standing.map(({ state }) => state)).not.toContain('running')
      expect(await statuses()).toEqual(
        EVERYBODY.map((name) => `${name} ${name === 'pages-b' ? 'available' : 'modifying'}`),
      )
      expect(await violations()).toEqual([])
      await end()
      await runs(seconds(20))
      expect(await statuses()).toEqual(EVERYBODY.map((name) => `${name} available`))
      expect((await find('sessions')).nodes.map(({ zone }) => zone)).toEqual(ZONES)
      expect(await violations()).toEqual([])
    },
  )

  it('is not noticed in the other zones, nor by edges and strangers', async () => {
    const others = async () => (await find('pages-b')).nodes
    const replicas = await standingIn('local-1b', 'local-1c')
    const [nodes, strangers] = [await others(), edgesAndStrangers()]
    for (const mode of ['kill', 'freeze'] as const) {
      await begin(mode)
      await runs(seconds(20))
      await end()
      await runs(seconds(20))
    }
    expect(await standingIn('local-1b', 'local-1c')).toEqual(replicas)
    expect(await others()).toEqual(nodes)
    expect(edgesAndStrangers()).toEqual(strangers)
  })

  it('by freeze keeps what nobody took over, and never thaws what was fenced', async () => {
    const ofSolo = (await find('solo')).nodes[0]?.id
    const lost = (await find('sessions')).shard?.primaryNodeId
    const processOf = (id: string | undefined) =>
      containers().flatMap(({ process }) =>
        process !== null && process.nodeId === id ? [process.runId] : [],
      )
    const [kept, fenced] = [processOf(ofSolo), processOf(lost)]
    await begin('freeze')
    await runs(seconds(60))
    await end()
    const lives = () => containers().filter(({ state, process }) => state === 'running' && process !== null)
    await world.run(seconds(20), () => {
      const risen = lives().find(({ process }) => fenced.includes(process?.runId ?? ''))
      expect(risen, 'a fenced container runs again').toBeUndefined()
    })
    expect(processOf(ofSolo)).toEqual(kept)
    expect(processOf(lost)).not.toEqual(fenced)
  })

  it('of every zone of a group by freeze loses none of its data', async () => {
    const before = await standingIn(...ZONES)
    for (const zone of ZONES) await begin('freeze', zone)
    await runs(seconds(90))
    for (const zone of ZONES) await end(zone)
    await runs(seconds(20))
    // The first replica to come back may take over from a primary that is still out, with all that it held.
    const kept = (await standingIn(...ZONES)).map(({ runId }) => runId)
    expect(before.filter(({ runId }) => !kept.includes(runId)).length).toBeLessThanOrEqual(1)
    expect(await world.test.rows(`SELECT 1 FROM event WHERE message LIKE '%was lost%'`)).toEqual([])
    expect(await statuses()).toEqual(EVERYBODY.map((name) => `${name} available`))
  })

  it('is told to everybody whom it hits, once when it begins and once when it ends', async () => {
    await begin('kill')
    await runs(seconds(5))
    await end()
    await runs(seconds(20))
    const told = await world.test.rows<{ what: string }>(`
      SELECT source_type || ' ' || source_identifier || ': ' || message AS what FROM event
      WHERE message LIKE 'Availability zone%' ORDER BY id`)
    const whom = [
      'cache-cluster pages-a',
      'cache-cluster sessions-001',
      'cache-cluster solo-001',
      'replication-group sessions',
      'replication-group solo',
    ]
    expect(told.map(({ what }) => what).sort()).toEqual(
      whom.flatMap((one) => [
        `${one}: Availability zone local-1a is back`,
        `${one}: Availability zone local-1a is out`,
      ]),
    )
  })

  it('lets a cache that is in it be deleted', async () => {
    const { store } = world.test
    for (const mode of ['kill', 'freeze'] as const) {
      await begin(mode)
      await runs(seconds(3))
      await ring(store.deleteCacheCluster(ACCOUNT, 'pages-a'))
      await runs(seconds(5))
      expect((await find('pages-a')).status).toBe('gone')
      await end()
      await ring(store.createCacheCluster(aClusterPlan({ cacheClusterId: 'pages-a', zones: ['local-1b'] })))
      await runs(seconds(10))
    }
    expect(await violations()).toEqual([])
  })
})
