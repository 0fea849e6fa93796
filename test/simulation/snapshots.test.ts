import { replicationGroupStatus, seconds, snapshotStatus, type Accepted } from '@cacheplane/domain'
import { writeTo } from '@cacheplane/fleet/fake'
import { FAILPOINT_POSITIONS, failpointName, RUNBOOKS } from '@cacheplane/workflows'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT, aGroupPlan } from '../support/stores.ts'
import { ENGINE_ID, SimWorld } from './sim-world.ts'
import { NOTHING, standing } from './standing.ts'
import { Trap } from './trap.ts'

const OF_FAILURE = ['unwind', 'failed']
const POINTS = RUNBOOKS.filter(({ kind }) => kind === 'snapshot').flatMap(({ kind, stepNames }) =>
  stepNames.flatMap((step) =>
    FAILPOINT_POSITIONS.map((position) => ({ step, name: failpointName(kind, step, position) })),
  ),
)
/** On the way of a cache that is made from a snapshot. */
const OF_RESTORE = [
  'node.start',
  'node.boot',
  'node.admit',
  'node-group.converge',
  'replication-group.await_parts',
].flatMap((step) => FAILPOINT_POSITIONS.map((position) => `${step}.${position}`))
const RECOVERED_MS = seconds(25)
const WRITES = ['w1', 'w2', 'w3']

describe('a snapshot, whatever happens to who takes it', () => {
  const trap = new Trap()
  let world: SimWorld
  let round = 0

  beforeAll(async () => {
    world = await SimWorld.open({ seed: 11, workers: 1, spares: 0, failpoints: trap.failpoints })
    trap.world = world
  })
  afterAll(() => world.close())

  it.each(POINTS)('a worker that dies at $name leaves all of it or nothing', async ({ step, name }) => {
    const source = await written()
    const spoils = OF_FAILURE.includes(step)
    trap.armed = step === 'destroy' ? null : name
    trap.hits = 0
    await take('monday', source)
    if (spoils) await spoil('monday')
    await world.run(RECOVERED_MS)
    expect(await statusOf('monday')).toBe(spoils ? 'failed' : 'available')
    expect(world.fake.vault.files.size).toBe(spoils ? 0 : 1)
    expect(trials()).toEqual([])
    if (step === 'capture' || step === 'verify') {
      const copy = `copy-${round}`
      await restore(copy, 'monday')
      await world.run(RECOVERED_MS)
      expect(await dataOf(copy)).toEqual([WRITES, WRITES])
      await remove(copy)
    }
    if (step === 'destroy') trap.armed = name
    await ring(world.test.store.deleteSnapshot(ACCOUNT, 'monday'))
    await remove(source)
    expect(trap.hits).toBe(1)
    await nothingIsLeft()
  })

  it.each(OF_RESTORE)(
    'a worker that dies at %s of a restoration leads to the data all the same',
    async (name) => {
      const source = await written()
      await take('monday', source)
      await world.run(RECOVERED_MS)
      const copy = `copy-${round}`
      trap.hits = 0
      trap.armed = name
      await restore(copy, 'monday')
      await world.run(RECOVERED_MS)
      expect({ hits: trap.hits, data: await dataOf(copy) }).toEqual({ hits: 1, data: [WRITES, WRITES] })
      await remove(copy)
      await ring(world.test.store.deleteSnapshot(ACCOUNT, 'monday'))
      await remove(source)
      await nothingIsLeft()
    },
  )

  it.each([50, 100, 150, 200, 300, 400])(
    'a primary that dies %d ms after its restoration began, before it is over, is made again with the data',
    async (ms) => {
      const source = await written()
      await take('monday', source)
      await world.run(RECOVERED_MS)
      const copy = `copy-${round}`
      await restore(copy, 'monday', 1)
      await world.run(ms)
      const begun = await world.test.store.findReplicationGroup(ACCOUNT, copy)
      if (begun?.workflow.firstHomeAt === null) world.fake.kill(await primaryOf(copy))
      const seen = new Set<string>()
      await world.run(RECOVERED_MS, async () => {
        const group = await world.test.store.findReplicationGroup(ACCOUNT, copy)
        if (group !== null && replicationGroupStatus(group) === 'available')
          seen.add(JSON.stringify(await dataOf(copy)))
      })
      expect([...seen]).toEqual([JSON.stringify([WRITES])])
      await remove(copy)
      await ring(world.test.store.deleteSnapshot(ACCOUNT, 'monday'))
      await remove(source)
      await nothingIsLeft()
    },
  )

  it('reads another node when the one that it reads dies, and fails when there is nobody left', async () => {
    const source = await written()
    world.fake.faults.order('saveNode', { lost: 'before' })
    await take('monday', source)
    await world.run(RECOVERED_MS)
    expect(await statusOf('monday')).toBe('available')
    await take('tuesday', source)
    await remove(source)
    await world.run(RECOVERED_MS)
    expect(['failed', 'available']).toContain(await statusOf('tuesday'))
    for (const name of ['monday', 'tuesday']) await ring(world.test.store.deleteSnapshot(ACCOUNT, name))
    await nothingIsLeft()
  })

  it('is taken by itself while the daily window is open, and goes with its group when it is automatic', async () => {
    const source = await written()
    const names = async () =>
      (await world.test.store.listSnapshots(ACCOUNT, { limit: 20 })).map((one) => one.snapshotName)
    await world.test.rows(`UPDATE replication_group SET snapshot_retention_limit = 1, snapshot_window =
      to_char(clock_now() AT TIME ZONE 'UTC', 'HH24:MI-') || to_char(clock_now() AT TIME ZONE 'UTC' + interval '1 hour', 'HH24:MI')`)
    await world.run(RECOVERED_MS)
    const [name = '', ...others] = await names()
    expect({ others, status: await statusOf(name) }).toEqual({ others: [], status: 'available' })
    expect(name).toMatch(/^automatic\.source-\d+-\d{4}(-\d\d){4}$/)
    await remove(source)
    await nothingIsLeft()
  })

  it('is kept as long as a cache is being made from it', async () => {
    const source = await written()
    await take('monday', source)
    await world.run(RECOVERED_MS)
    await restore('copy', 'monday')
    expect(await statusOf('monday')).toBe('restoring')
    await expect(world.test.store.deleteSnapshot(ACCOUNT, 'monday')).rejects.toMatchObject({
      code: 'InvalidSnapshotState',
    })
    await world.run(RECOVERED_MS)
    expect(await statusOf('monday')).toBe('available')
    await remove('copy')
    await ring(world.test.store.deleteSnapshot(ACCOUNT, 'monday'))
    await remove(source)
    await nothingIsLeft()
  })

  async function ring(accepted: Promise<Accepted>): Promise<void> {
    await world.doorbell.ring((await accepted).workflowId)
  }

  const take = (snapshotName: string, name: string) =>
    ring(world.test.store.createSnapshot(ACCOUNT, { snapshotName, of: { kind: 'replication-group', name } }))

  const restore = (replicationGroupId: string, snapshotName: string, nodes = 2) =>
    ring(world.test.store.createReplicationGroup(planOf(replicationGroupId, nodes, snapshotName)))

  const planOf = (replicationGroupId: string, nodes: number, snapshotName: string | null) =>
    aGroupPlan({ replicationGroupId, snapshotName, zones: Array.from({ length: nodes }, () => null) })

  /** A group of two with data; returns its name. */
  async function written(): Promise<string> {
    const name = `source-${++round}`
    trap.armed = null
    await ring(world.test.store.createReplicationGroup(planOf(name, 2, null)))
    await world.run(RECOVERED_MS)
    const primaryId = await primaryOf(name)
    const container = world.fake
      .world()
      .flatMap(({ containers }) => containers)
      .find(({ process }) => process?.nodeId === primaryId)
    if (container === undefined) throw new Error(`${name} has no primary`)
    for (const value of WRITES) writeTo(container, value, world.clock.monotonicMs())
    await world.run(seconds(1))
    world.fake.replicate()
    return name
  }

  /** What was read is not what an engine can load. */
  async function spoil(name: string): Promise<void> {
    const snapshot = await world.test.store.findSnapshot(ACCOUNT, name)
    const [file] = snapshot?.files ?? []
    world.fake.vault.files.set(file?.fileId ?? '', Buffer.from('REDIS0011 cut sho'))
  }

  async function statusOf(name: string): Promise<string> {
    const snapshot = await world.test.store.findSnapshot(ACCOUNT, name)
    return snapshot === null ? 'gone' : snapshotStatus(snapshot)
  }

  async function primaryOf(name: string): Promise<string> {
    const group = await world.test.store.findReplicationGroup(ACCOUNT, name)
    return group?.nodeGroups[0]?.primaryNodeId ?? ''
  }

  /** What each node of a group holds. */
  async function dataOf(name: string): Promise<string[][]> {
    world.fake.replicate()
    const group = await world.test.store.findReplicationGroup(ACCOUNT, name)
    const nodes = (group?.nodeGroups ?? []).flatMap(({ members }) => members.flatMap((one) => one.nodes))
    const containers = world.fake.world().flatMap((engine) => engine.containers)
    return nodes.map(({ id, incarnation }) => {
      const found = containers.find(
        ({ process }) => process?.nodeId === id && process.incarnation === incarnation,
      )
      return (found?.process?.writes ?? []).map(({ value }) => value)
    })
  }

  async function remove(name: string): Promise<void> {
    await ring(world.test.store.deleteReplicationGroup(ACCOUNT, name))
    await world.run(RECOVERED_MS)
  }

  const trials = () =>
    world.fake
      .world()
      .flatMap(({ containers, engineId }) => (engineId === ENGINE_ID ? containers : []))
      .filter(({ labels }) => labels['dev.cacheplane.kind'] === 'trial')
      .map(({ name }) => name)

  async function nothingIsLeft(): Promise<void> {
    await world.run(RECOVERED_MS)
    expect(standing(world)).toEqual(NOTHING)
    expect(trials()).toEqual([])
    expect(
      world.fake.world().flatMap(({ volumes }) => volumes.filter(({ name }) => name.includes('trial'))),
    ).toEqual([])
    expect(world.fake.vault.files.size).toBe(0)
    expect(await world.test.rows('SELECT id FROM snapshot UNION ALL SELECT id FROM snapshot_file')).toEqual(
      [],
    )
  }
})
