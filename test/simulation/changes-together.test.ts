import { parameterGroupOf, seconds, Secret } from '@cacheplane/domain'
import { failpointName, FAILPOINT_POSITIONS } from '@cacheplane/workflows'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT, aSecret } from '../support/stores.ts'
import { RollingLife } from './rolling-life.ts'
import { ENGINE_ID, SimWorld } from './sim-world.ts'
import { NOTHING, standing } from './standing.ts'
import { Trap } from './trap.ts'

const OLD = aSecret().reveal()
const NEW = 'another-token-of-16'
const POLICY = ['maxmemory-policy', 'allkeys-lfu'] as const
const MINE = { name: 'mine', family: 'redis7', description: 'mine' }
const SECURED = {
  cacheParameterGroupName: 'mine',
  transitEncryptionMode: 'required' as const,
  authTokenEnabled: true,
  authToken: aSecret(),
}

/** Where a node group decides, and where a node is made while it is told other things. */
const POINTS = [
  failpointName('node', 'admit', 'afterEffect'),
  ...FAILPOINT_POSITIONS.map((position) => failpointName('node-group', 'converge', position)),
  failpointName('node-group', 'close', 'afterCommit'),
]

describe('a change of node type, of the token and of parameters, all at once', () => {
  const trap = new Trap()
  let world: SimWorld
  let round = 0

  beforeAll(async () => {
    world = await SimWorld.open({ seed: 41, workers: 1, spares: 0, failpoints: trap.failpoints })
    trap.world = world
    await world.test.store.createParameterGroup(ACCOUNT, MINE)
    await world.run(seconds(12))
  })
  afterAll(() => world.close())

  const processes = () =>
    world.fake
      .world()
      .flatMap(({ containers }) => containers)
      .flatMap(({ process, state }) =>
        process !== null && state === 'running' && process.open && process.engine === 'redis'
          ? [process]
          : [],
      )

  const changeParameters = async (change: Parameters<typeof world.test.store.changeParameterGroup>[2]) => {
    const { woken } = await world.test.store.changeParameterGroup(ACCOUNT, 'mine', change)
    for (const id of woken) await world.doorbell.ring(id)
  }

  it.each(POINTS)('reaches every node, and shuts nobody out, when the worker dies at %s', async (point) => {
    const life = new RollingLife(world, `round-${++round}`, 2, SECURED)
    await life.begin()
    Object.assign(trap, { hits: 0, armed: point })
    const authToken = { token: new Secret(NEW), strategy: 'ROTATE' } as const
    await life.change({ choice: { cacheNodeType: 'cache.t4g.small' }, deferred: false, authToken })
    let isTold = false
    const shutOut: string[] = []
    const after = await life.settle(async () => {
      life.watch()
      for (const { tokens, nodeId } of processes()) if (!tokens.includes(OLD)) shutOut.push(nodeId)
      if (isTold || (await life.nodeIds()).successor === null) return
      isTold = true
      await changeParameters({ kind: 'set', parameters: [[...POLICY]] })
    })
    trap.armed = null
    await world.run(seconds(5))
    expect({ hits: trap.hits, copies: life.fewestCopies, isTold, ...after }).toMatchObject({
      hits: 1,
      copies: 2,
      isTold: true,
      status: 'available',
      pending: null,
      types: ['cache.t4g.small', 'cache.t4g.small'],
      kept: true,
    })
    expect(shutOut).toEqual([])
    expect((await life.group()).authTokenUpdate).toBeNull()
    expect(processes().map(({ tokens, parameters }) => [tokens, parameters[POLICY[0]]])).toEqual([
      [[NEW, OLD], POLICY[1]],
      [[NEW, OLD], POLICY[1]],
    ])
    await life.end()
    await changeParameters({ kind: 'reset', names: 'all' })
    expect(standing(world)).toEqual(NOTHING)
  })

  it('a version that belongs to another family is refused with a parameter group of the old one', async () => {
    const life = new RollingLife(world, `round-${++round}`, 1, SECURED)
    await life.begin()
    await expect(life.change({ choice: { engineVersion: '8.0' }, deferred: false })).rejects.toThrow(/redis8/)
    expect((await life.group()).cacheParameterGroupName).toBe('mine')
    expect(parameterGroupOf({ engine: 'redis', engineVersion: '8.0' }, false)).toBe('default.redis8')
    await life.end()
  })

  it('a service update and a parameter meet, and each reaches every node', async () => {
    const life = new RollingLife(world, `round-${++round}`, 2, SECURED)
    await life.begin()
    world.fake.rebuildImage(ENGINE_ID, 'redis-7.0', 'sha256:rebuilt')
    await world.run(seconds(12))
    const [update] = await world.test.store.listServiceUpdates({ statuses: ['available'] })
    const target = { kind: 'replication-group', name: life.name } as const
    const { workflowId } = await world.test.store.applyServiceUpdate(ACCOUNT, update?.name ?? '', target)
    await world.doorbell.ring(workflowId)
    await changeParameters({ kind: 'set', parameters: [[...POLICY]] })
    expect(await life.settle()).toMatchObject({ status: 'available', kept: true })
    await world.run(seconds(5))
    expect(processes().map(({ parameters }) => parameters[POLICY[0]])).toEqual([POLICY[1], POLICY[1]])
    const images = world.fake.world().flatMap(({ containers }) => containers.map(({ imageId }) => imageId))
    expect(images.filter((id) => id === 'sha256:rebuilt')).toHaveLength(2)
    await life.end()
  })
})
