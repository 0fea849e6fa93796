import {
  clusterParameterStatus,
  minutes,
  replicationGroupStatus,
  seconds,
  Secret,
  type CacheCluster,
} from '@cacheplane/domain'
import { FAILPOINT_POSITIONS, failpointName } from '@cacheplane/workflows'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT, aClusterOf, aClusterPlan, aGroupPlan } from '../support/stores.ts'
import { Groups } from './groups.ts'
import { SimWorld } from './sim-world.ts'
import { Trap } from './trap.ts'

const [OLD, NEW] = ['a-token-that-is-old', 'a-token-that-is-new']
const SECURED = {
  transitEncryptionMode: 'required' as const,
  authTokenEnabled: true,
  authToken: new Secret(OLD),
  cacheParameterGroupName: 'mine',
}
const MINE = { name: 'mine', family: 'valkey8', description: 'of a test' }
const POLICY = ['maxmemory-policy', 'allkeys-lru'] as const
/** Longer than the lease of a dead worker and its detection. */
const SETTLED_MS = seconds(20)
/** With a failover, a node that is silent for a while, or slots on their way. */
const SHARDS_SETTLED_MS = seconds(35)

async function members(world: SimWorld): Promise<CacheCluster[]> {
  return world.test.store.listCacheClusters(ACCOUNT, { limit: 100, standaloneOnly: false })
}

async function statuses(world: SimWorld): Promise<string[]> {
  return (await members(world)).map((cluster) => clusterParameterStatus(cluster).status)
}

function openProcesses(world: SimWorld) {
  const containers = world.fake.world().flatMap((engine) => engine.containers)
  return containers.flatMap(({ process, state }) =>
    process?.open === true && state === 'running' && process.engine !== 'memcached' ? [process] : [],
  )
}

async function setPolicy(world: SimWorld): Promise<void> {
  const change = { kind: 'set', parameters: [[...POLICY]] } as const
  const { woken } = await world.test.store.changeParameterGroup(ACCOUNT, 'mine', change)
  for (const id of woken) await world.doorbell.ring(id)
}

async function update(world: SimWorld, strategy: 'ROTATE' | 'SET'): Promise<void> {
  const authToken = { token: new Secret(NEW), strategy }
  const { workflowId } = await world.test.store.modifyReplicationGroup(ACCOUNT, 'sessions', { authToken })
  await world.doorbell.ring(workflowId)
}

describe('a worker that dies while a node group is told tokens and parameters', () => {
  const trap = new Trap()
  let world: SimWorld
  beforeAll(async () => {
    world = await SimWorld.open({ seed: 11, workers: 1, spares: 0, failpoints: trap.failpoints })
    trap.world = world
    await world.test.store.createParameterGroup(ACCOUNT, MINE)
  })
  afterAll(() => world.close())

  it.each(FAILPOINT_POSITIONS)('%s: everybody has a good token at every moment', async (position) => {
    const { store } = world.test
    const plan = aGroupPlan({ ...SECURED, zones: [null, null, null] })
    await world.doorbell.ring((await store.createReplicationGroup(plan)).workflowId)
    await world.run(SETTLED_MS)
    const groups = new Groups(world)
    const status = async () => (await groups.read()).map(({ group }) => replicationGroupStatus(group))
    expect(await status()).toEqual(['available'])

    const broken: string[] = []
    const allTake = (token: string) => () => {
      for (const { tokens, nodeId } of openProcesses(world))
        if (!tokens.includes(token)) broken.push(`${nodeId} takes ${tokens.length} tokens and not ${token}`)
    }
    const suffer = async (what: () => Promise<void>, token: string): Promise<void> => {
      trap.hits = 0
      trap.armed = failpointName('node-group', 'wait', position)
      await what()
      await world.run(SETTLED_MS, allTake(token))
      expect({ hits: trap.hits, status: await status() }).toEqual({ hits: 1, status: ['available'] })
    }
    await suffer(() => setPolicy(world), OLD)
    await suffer(() => update(world, 'ROTATE'), OLD)
    expect(openProcesses(world).map(({ tokens }) => tokens)).toEqual(Array(3).fill([NEW, OLD]))
    await suffer(() => update(world, 'SET'), NEW)
    expect(openProcesses(world).map(({ tokens }) => tokens)).toEqual(Array(3).fill([NEW]))
    expect(openProcesses(world).map(({ parameters }) => parameters[POLICY[0]])).toEqual(
      Array(3).fill(POLICY[1]),
    )
    expect(await statuses(world)).toEqual(['in-sync', 'in-sync', 'in-sync'])
    expect(broken).toEqual([])

    await world.doorbell.ring((await store.deleteReplicationGroup(ACCOUNT, 'sessions')).workflowId)
    await world.test.store.changeParameterGroup(ACCOUNT, 'mine', { kind: 'reset', names: 'all' })
    await world.run(SETTLED_MS)
    expect(await status()).toEqual([])
  })
})

describe('in a world of its own', () => {
  let world: SimWorld | undefined
  afterEach(() => world?.close())

  it('a group’s new value reaches all who use it, those that are cut off once they are back', async () => {
    world = await SimWorld.open({ seed: 12, workers: 2, spares: 0 })
    const { store } = world.test
    await store.createParameterGroup(ACCOUNT, MINE)
    for (let i = 0; i < 20; i += 1) {
      const plan = aGroupPlan({ replicationGroupId: `group-${i}`, cacheParameterGroupName: 'mine' })
      await world.doorbell.ring((await store.createReplicationGroup(plan)).workflowId)
    }
    await world.run(SETTLED_MS)
    const cutOff = (await members(world)).slice(0, 3).flatMap(({ nodes }) => nodes.map(({ id }) => id))
    for (const id of cutOff) world.fake.attach(id, false)
    await setPolicy(world)
    await world.run(seconds(3))
    const seen = await statuses(world)
    expect(seen.filter((status) => status === 'in-sync')).toHaveLength(17)
    expect(seen.slice(0, 3)).toEqual(Array(3).fill('applying'))
    for (const id of cutOff) world.fake.attach(id, true)
    await world.run(SETTLED_MS)
    expect(await statuses(world)).toEqual(Array(20).fill('in-sync'))
    expect(openProcesses(world).filter(({ parameters }) => parameters[POLICY[0]] === POLICY[1])).toHaveLength(
      20,
    )
  })

  it('a node that is made again in the middle of a rotation takes both tokens and the new value', async () => {
    world = await SimWorld.open({ seed: 13, workers: 2, spares: 0 })
    const { store } = world.test
    await store.createParameterGroup(ACCOUNT, MINE)
    const plan = aGroupPlan({ ...SECURED, automaticFailoverEnabled: true, zones: [null, null, null] })
    await world.doorbell.ring((await store.createReplicationGroup(plan)).workflowId)
    await world.run(SETTLED_MS)
    const [before] = await new Groups(world).read()
    await update(world, 'ROTATE')
    await setPolicy(world)
    world.fake.kill(before?.shard.primaryNodeId ?? '')
    await world.run(minutes(1))
    const [after] = await new Groups(world).read()
    expect(after?.group.authTokenUpdate).toBeNull()
    expect(after && replicationGroupStatus(after.group)).toBe('available')
    expect(openProcesses(world).map(({ tokens }) => tokens)).toEqual(Array(3).fill([NEW, OLD]))
    expect(openProcesses(world).map(({ parameters }) => parameters[POLICY[0]])).toEqual(
      Array(3).fill(POLICY[1]),
    )
  })

  it('shards take tokens and values over together, whoever is lost, and so do shards that come in between', async () => {
    world = await SimWorld.open({ seed: 17, workers: 2, spares: 0 })
    const { fake } = world
    const { store } = world.test
    await store.createParameterGroup(ACCOUNT, MINE)
    const inClusters = { kind: 'set', parameters: [['cluster-enabled', 'yes']] } as const
    await store.changeParameterGroup(ACCOUNT, 'mine', inClusters)
    const plan = aGroupPlan({ ...aClusterOf(2, 2), ...SECURED })
    await world.doorbell.ring((await store.createReplicationGroup(plan)).workflowId)
    await world.run(SETTLED_MS)
    const find = async () => {
      const group = await store.findReplicationGroup(ACCOUNT, 'sessions')
      if (group === null) throw new Error('the group is gone')
      return { ...group, status: replicationGroupStatus(group) }
    }
    const inSim = world
    const tokens = () => openProcesses(inSim).map((one) => one.tokens)
    const values = () => openProcesses(inSim).map(({ parameters }) => parameters[POLICY[0]])
    const broken = new Set<string>()
    const allTake = (token: string) => () => {
      for (const one of openProcesses(inSim)) if (!one.tokens.includes(token)) broken.add(one.nodeId)
    }

    // One shard cannot be told: the other must not end the update for both.
    const [first, second] = (await find()).nodeGroups
    const nodes = second?.members.flatMap((member) => member.nodes) ?? []
    fake.attach(nodes.find(({ id }) => id !== second?.primaryNodeId)?.id ?? '', false)
    await update(world, 'ROTATE')
    await setPolicy(world)
    await world.run(seconds(2), allTake(OLD))
    expect(tokens().filter(({ length }) => length === 2).length).toBeGreaterThanOrEqual(2)
    expect(await find()).toMatchObject({ status: 'modifying', authTokenUpdate: 'ROTATE' })
    await expect(update(world, 'SET')).rejects.toThrow('must be in available state')
    fake.kill(first?.primaryNodeId ?? '')
    await world.run(SHARDS_SETTLED_MS, allTake(OLD))
    expect(await find()).toMatchObject({ status: 'available', authTokenUpdate: null })
    expect(tokens()).toEqual(Array(4).fill([NEW, OLD]))

    const wish = { nodeGroupCount: 3, added: [], remove: [], retain: [] }
    await world.doorbell.ring((await store.changeShards(ACCOUNT, 'sessions', wish)).workflowId)
    await world.run(SHARDS_SETTLED_MS, allTake(OLD))
    expect((await find()).status).toBe('available')
    expect(tokens()).toEqual(Array(6).fill([NEW, OLD]))

    await update(world, 'SET')
    fake.kill((await find()).nodeGroups[2]?.primaryNodeId ?? '')
    await world.run(SHARDS_SETTLED_MS, allTake(NEW))
    expect(await find()).toMatchObject({ status: 'available', authTokenUpdate: null })
    expect(tokens()).toEqual(Array(6).fill([NEW]))
    expect(values()).toEqual(Array(6).fill(POLICY[1]))
    expect(await statuses(world)).toEqual(Array(6).fill('in-sync'))
    expect([...broken]).toEqual([])
  })

  it('what was changed by hand is set back, and then nothing is told any more', async () => {
    world = await SimWorld.open({ seed: 14, workers: 2, spares: 0 })
    const { store } = world.test
    const plan = aGroupPlan({ ...SECURED, cacheParameterGroupName: 'default.valkey8', zones: [null, null] })
    await world.doorbell.ring((await store.createReplicationGroup(plan)).workflowId)
    const alone = aClusterPlan({
      cacheClusterId: 'alone',
      engine: 'valkey',
      engineVersion: '8.1',
      cacheParameterGroupName: 'default.valkey8',
    })
    await world.doorbell.ring((await store.createCacheCluster(alone)).workflowId)
    await world.run(SETTLED_MS)
    const processes = openProcesses(world)
    expect(processes).toHaveLength(3)
    for (const process of processes) {
      process.parameters.timeout = '99'
      if (process.tls) process.tokens = ['somebody-elses-token']
    }
    await world.run(minutes(1.5))
    expect(processes.map(({ parameters, tokens }) => [parameters.timeout, ...tokens])).toEqual(
      processes.map(({ tls }) => (tls ? ['0', OLD] : ['0'])),
    )
    const told = world.fake.mutations()
    await world.run(minutes(5))
    expect(world.fake.mutations()).toBe(told)
  })
})

it('memcached takes a new value up when it is restarted, and says so until then', async () => {
  const world = await SimWorld.open({ seed: 15, workers: 1, spares: 0 })
  try {
    const { store } = world.test
    await store.createParameterGroup(ACCOUNT, { ...MINE, family: 'memcached1.6' })
    const plan = aClusterPlan({ cacheParameterGroupName: 'mine' })
    await world.doorbell.ring((await store.createCacheCluster(plan)).workflowId)
    await world.run(SETTLED_MS)
    const change = { kind: 'set', parameters: [['max_item_size', '2097152']] } as const
    for (const id of (await store.changeParameterGroup(ACCOUNT, 'mine', change)).woken)
      await world.doorbell.ring(id)
    await world.run(SETTLED_MS)
    expect((await members(world)).map(clusterParameterStatus)).toEqual([
      { status: 'pending-reboot', cacheNodeIdsToReboot: ['0001'] },
    ])
    await world.doorbell.ring((await store.rebootCacheCluster(ACCOUNT, 'pages', ['0001'])).workflowId)
    await world.run(SETTLED_MS)
    expect(await statuses(world)).toEqual(['in-sync'])
    const processes = world.fake.world().flatMap((engine) => engine.containers.map((one) => one.process))
    const memcached = processes.find((process) => process?.engine === 'memcached')
    expect(memcached?.parameters.max_item_size).toBe('2097152')
  } finally {
    await world.close()
  }
})
