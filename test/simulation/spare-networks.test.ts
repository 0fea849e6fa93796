import { replicationGroupStatus, seconds } from '@cacheplane/domain'
import { FAILPOINT_POSITIONS, failpointName, RUNBOOKS } from '@cacheplane/workflows'
import { afterEach, describe, expect, it } from 'vitest'
import { ACCOUNT, aGroupPlan } from '../support/stores.ts'
import { ENGINE_ID, SimWorld, SPARES, type SimOptions } from './sim-world.ts'
import { Trap } from './trap.ts'

const POINTS = RUNBOOKS.filter(({ kind }) => kind === 'docker-engine').flatMap(({ kind, stepNames }) =>
  stepNames.flatMap((step) => FAILPOINT_POSITIONS.map((position) => failpointName(kind, step, position))),
)
/** Longer than a lease and the calm after a creation together. */
const FULL_MS = seconds(40)

let world: SimWorld
afterEach(() => world.close())

async function open(options: Partial<SimOptions> = {}): Promise<SimWorld> {
  world = await SimWorld.open({ seed: 3, workers: 1, ...options })
  return world
}

const standing = () => world.fake.world().flatMap((engine) => engine.networks)
const spares = async () => (await world.test.store.loadDockerEngine(ENGINE_ID))?.spares ?? []
const readyCount = async () => (await spares()).filter((spare) => spare.isReady).length

async function create(name: string): Promise<string> {
  const plan = aGroupPlan({ replicationGroupId: name })
  const { workflowId } = await world.test.store.createReplicationGroup(plan)
  await world.doorbell.ring(workflowId)
  // The first of all waits for its edge, too; the others must be there before spares are made up for.
  for (let waited = 3; ; waited++) {
    await world.run(seconds(waited === 3 ? 3 : 1))
    const group = await world.test.store.findReplicationGroup(ACCOUNT, name)
    if (group === null) throw new Error(`${name} is gone`)
    const status = replicationGroupStatus(group)
    if (status !== 'available' && waited < 10) continue
    expect(status).toBe('available')
    return group.networkId
  }
}

describe('spare networks', () => {
  it('stand before anybody asks, are taken by a creation as they stand, and are made up for in the calm', async () => {
    await open()
    await world.run(seconds(5))
    const before = standing()
    expect([before.length, await readyCount()]).toEqual([SPARES, SPARES])
    const networkId = await create('sessions')
    expect(standing()).toEqual(before)
    expect(before.map((network) => Object.values(network.labels)).flat()).toContain(networkId)
    await world.run(FULL_MS)
    expect([standing().length, await readyCount()]).toEqual([SPARES + 1, SPARES])
  })

  it('need not be there: a creation that finds none makes its own', async () => {
    await open()
    await create('first')
    await Promise.all([create('second'), create('third'), create('fourth')])
    expect(standing().length).toBeGreaterThanOrEqual(4)
  })

  it('that somebody removed are missed, and made again', async () => {
    await open()
    await world.run(FULL_MS)
    world.fake.world()[0]?.networks.splice(0)
    await world.run(FULL_MS)
    expect([standing().length, await readyCount()]).toEqual([SPARES, SPARES])
    expect(world.warnings).toEqual([])
  })

  it('take another subnet where theirs belongs to a stranger', async () => {
    await open({ spares: 1 })
    let taken: string | undefined
    await world.run(FULL_MS, async () => {
      if (taken !== undefined) return
      taken = (await spares())[0]?.subnet
      if (taken !== undefined) world.fake.occupySubnet(ENGINE_ID, taken)
    })
    expect(taken).toBeDefined()
    expect(await spares()).toEqual([expect.objectContaining({ isReady: true })])
    expect(standing().map((network) => network.subnet)).not.toContain(taken)
  })

  it('go, and their workflow with them, when none are wanted any more', async () => {
    let spareNetworks = SPARES
    await open({ sabotage: (test) => test.open({ spareNetworks }) })
    await world.run(FULL_MS)
    expect(standing()).toHaveLength(SPARES)
    for (const { actor } of world.alive()) world.turnstile.kill(actor)
    spareNetworks = 0
    world.startWorker()
    await world.run(FULL_MS)
    expect(standing()).toEqual([])
    const { workflows } = await world.test.store.audit()
    expect(workflows.filter(({ kind }) => kind === 'docker-engine')).toEqual([])
  })

  it.each(POINTS)('are complete again although a worker dies at %s', async (name) => {
    const trap = new Trap()
    trap.armed = name
    trap.world = await open({ failpoints: trap.failpoints })
    await world.run(FULL_MS)
    const networkId = await create('sessions')
    const workflowId = await world.test.store.raise('docker-engine', ENGINE_ID, 'destroy')
    expect(workflowId).not.toBeNull()
    await world.run(FULL_MS)
    expect(trap.hits).toBe(1)
    const ids = (await spares()).map((spare) => spare.id)
    const found = standing().map((network) => network.labels['dev.cacheplane.network'])
    expect(found.sort()).toEqual([networkId, ...ids].sort())
    expect(await readyCount()).toBe(SPARES)
    const { allocations } = await world.test.store.audit()
    expect(allocations.filter(({ of }) => of === 'subnet')).toHaveLength(SPARES + 1)
  })
})
