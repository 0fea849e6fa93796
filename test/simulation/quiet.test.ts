import { replicationGroupStatus, seconds } from '@cacheplane/domain'
import { afterEach, describe, expect, it } from 'vitest'
import { ACCOUNT, aGroupPlan } from '../support/stores.ts'
import { SimWorld } from './sim-world.ts'
import { NOTHING, standing } from './standing.ts'

let world: SimWorld | undefined
afterEach(() => world?.close())

describe('in a quiet world', () => {
  it('a replication group becomes available, and leaves nothing when it is deleted', async () => {
    world = await SimWorld.open({ seed: 1, workers: 2, spares: 0 })
    const { store } = world.test
    const { workflowId } = await store.createReplicationGroup(aGroupPlan())
    await world.doorbell.ring(workflowId)
    await world.run(seconds(5))
    const group = await store.findReplicationGroup(ACCOUNT, 'sessions')
    expect(group && replicationGroupStatus(group)).toBe('available')
    const deleted = await store.deleteReplicationGroup(ACCOUNT, 'sessions')
    await world.doorbell.ring(deleted.workflowId)
    await world.run(seconds(5))
    expect(await store.findReplicationGroup(ACCOUNT, 'sessions')).toBeNull()
    expect(standing(world)).toEqual(NOTHING)
    expect(world.warnings).toEqual([])
  })
})
