import { describe, expect, it } from 'vitest'
import { planEmptyUpdate } from './plan-empty-update.ts'
import type { UpdateAction, UpdateRun } from './service-update.ts'
import { nodesUpdated, slaMet, updateActionStatus } from './update-action-status.ts'

const DAY_MS = 24 * 3_600_000
const AT = new Date('2026-11-01T00:00:00Z')
const later = (days: number) => new Date(AT.getTime() + days * DAY_MS)

const anAction = (updated: readonly boolean[], over: Partial<UpdateAction> = {}): UpdateAction => ({
  update: {
    id: 'su-1',
    name: 'elc-20261101-001',
    engine: 'redis',
    engineVersion: '7.0',
    releasedAt: AT,
    recommendedAt: later(14),
    status: 'available',
  },
  replicationGroupId: 'sessions',
  cacheClusterId: null,
  applied: null,
  initiatedBy: null,
  initiatedAt: null,
  modifiedAt: AT,
  nodes: updated.map((isUpdated, i) => ({
    nodeGroupId: '0001',
    cacheClusterId: `sessions-00${i + 1}`,
    cacheNodeId: '0001',
    isUpdated,
  })),
  ...over,
})

describe('updateActionStatus', () => {
  it.each([
    [[false, false], null, 'not-applied'],
    [[true, false], 'in-progress', 'in-progress'],
    [[true, true], 'in-progress', 'in-progress'],
    [[true, false], 'stopped', 'stopped'],
    [[true, true], 'stopped', 'complete'],
    [[true, true], null, 'complete'],
    // A node that was taken back to an older image lacks the update again.
    [[true, false], 'complete', 'not-applied'],
  ] as const)('of nodes %j with %s on record is %s', (updated, applied, status) => {
    expect(updateActionStatus(anAction(updated, { applied }))).toBe(status)
  })

  it('counts the nodes that have the update', () => {
    expect(nodesUpdated(anAction([true, false, true]))).toBe('2/3')
  })
})

describe('slaMet', () => {
  it('is not said while there is time', () => {
    expect(slaMet(anAction([false]), later(13))).toBe('n/a')
    expect(slaMet(anAction([false]), later(15))).toBe('no')
  })

  it('is judged by when the update was complete', () => {
    const complete = (days: number) => anAction([true], { applied: 'complete', modifiedAt: later(days) })
    expect(slaMet(complete(14), later(99))).toBe('yes')
    expect(slaMet(complete(15), later(99))).toBe('no')
  })
})

describe('planEmptyUpdate', () => {
  const aNode = (n: number, isServing = true) => ({
    id: `node-${n}`,
    cacheNodeId: `000${n}`,
    openedAt: isServing ? AT : null,
    workflow: { step: 'wait', signals: [], firstHomeAt: AT, failure: null, because: null },
  })
  const aRun = (outdatedNodeIds: string[], isStopping = false): UpdateRun => ({
    actionId: 'ua-1',
    name: 'elc-20261101-001',
    isStopping,
    outdatedNodeIds,
  })

  it('takes one node after the other, and none while another is away', () => {
    expect(planEmptyUpdate([aNode(1), aNode(2)], aRun(['node-2']))).toMatchObject({
      do: 'replace',
      nodeId: 'node-2',
    })
    expect(planEmptyUpdate([aNode(1, false), aNode(2)], aRun(['node-2']))).toMatchObject({ do: 'wait' })
  })

  it('ends when nobody lacks it, or when it is to stop, once all serve', () => {
    expect(planEmptyUpdate([aNode(1)], aRun([]))).toEqual({ do: 'finish' })
    expect(planEmptyUpdate([aNode(1)], aRun(['node-1'], true))).toEqual({ do: 'finish' })
    expect(planEmptyUpdate([aNode(1, false)], aRun(['node-1'], true))).toMatchObject({ do: 'wait' })
  })
})
