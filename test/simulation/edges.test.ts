import { replicationGroupStatus, seconds, type Accepted } from '@cacheplane/domain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT, aGroupPlan } from '../support/stores.ts'
import { ENGINE_ID, SimWorld } from './sim-world.ts'

const WISHED = 6379
const REST_MS = seconds(30)

describe('an edge', () => {
  let world: SimWorld
  beforeEach(async () => {
    world = await SimWorld.open({ seed: 3, workers: 1, spares: 0 })
  })
  afterEach(() => world.close())

  const ring = async ({ workflowId }: Accepted) => world.doorbell.ring(workflowId)
  const find = async () => {
    const group = await world.test.store.findReplicationGroup(ACCOUNT, 'sessions')
    return {
      status: group === null ? 'gone' : replicationGroupStatus(group),
      endpoint: group?.nodeGroups[0]?.endpoint,
      failure: group?.workflow.failure,
    }
  }
  const heldPorts = () =>
    world.test.rows(
      `SELECT 1 FROM port_allocation WHERE released_at IS NULL AND node_id LIKE 'edge%'
        AND node_id NOT IN (SELECT id FROM edge)`,
    )

  it('that finds its ports taken by somebody else before anybody knows them gets others', async () => {
    const created = await world.test.store.createReplicationGroup(aGroupPlan())
    const before = (await find()).endpoint
    world.fake.occupyPort(ENGINE_ID, before?.readerPort ?? 0)
    await ring(created)
    await world.run(REST_MS)
    const after = await find()
    expect(after.status).toBe('available')
    expect(after.endpoint?.readerPort).not.toBe(before?.readerPort)
    expect(world.fake.connect(ENGINE_ID, after.endpoint?.primaryPort ?? 0)).not.toBeNull()
    expect(await heldPorts()).toEqual([])
  })

  it('that cannot have the port that was wished for fails the creation, and leaves nothing behind', async () => {
    world.fake.occupyPort(ENGINE_ID, WISHED)
    await ring(await world.test.store.createReplicationGroup(aGroupPlan({ port: WISHED })))
    await world.run(REST_MS)
    expect(await find()).toMatchObject({
      status: 'create-failed',
      failure: expect.stringMatching(/^the port that was asked for cannot be had: .*6379/),
    })
    await ring(await world.test.store.deleteReplicationGroup(ACCOUNT, 'sessions'))
    await world.run(REST_MS)
    expect((await find()).status).toBe('gone')
    const left = await world.test.rows(
      `SELECT e.id FROM edge e JOIN endpoint p ON p.edge_id = e.id WHERE p.primary_port = ${WISHED}`,
    )
    expect({ left, held: await heldPorts() }).toEqual({ left: [], held: [] })
  })
})
