import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aCacheCluster, aNode, aReplicationGroup, aWorkflowView } from '../../../test/support/builders.ts'
import { cacheClusterStatus, isSettled, nodeStatus, replicationGroupStatus } from './status.ts'
import { SIGNALS } from './workflow.ts'

const groupOf = (node: ReturnType<typeof aNode>, workflow = aWorkflowView()) => {
  const group = aReplicationGroup({ workflow })
  const [shard] = group.nodeGroups
  if (shard === undefined) throw new Error('a group has a shard')
  return { ...group, nodeGroups: [{ ...shard, members: [aCacheCluster({ nodes: [node], workflow })] }] }
}

const views = fc.record({
  step: fc.constantFrom('start', 'boot', 'wait', 'failed', 'unwind', 'destroy', 'destroy_nodes'),
  signals: fc.subarray([...SIGNALS]),
  firstHomeAt: fc.option(fc.constant(new Date(0))),
  failure: fc.constant(null),
  because: fc.constant(null),
})

describe('replicationGroupStatus', () => {
  it('is creating until the group has been home, and available only when every node serves', () => {
    expect(
      replicationGroupStatus(groupOf(aNode(), aWorkflowView({ step: 'await_nodes', firstHomeAt: null }))),
    ).toBe('creating')
    expect(replicationGroupStatus(groupOf(aNode()))).toBe('available')
    expect(replicationGroupStatus(groupOf(aNode({ openedAt: null })))).toBe('modifying')
    expect(
      replicationGroupStatus(groupOf(aNode({ workflow: aWorkflowView({ signals: ['checkup'] }) }))),
    ).toBe('modifying')
  })

  it('shows deleting from the moment a delete was accepted, whatever else goes on', () => {
    fc.assert(
      fc.property(views, views, (ownerView, nodeView) => {
        const workflow = { ...ownerView, signals: [...ownerView.signals, 'destroy' as const] }
        return replicationGroupStatus(groupOf(aNode({ workflow: nodeView }), workflow)) === 'deleting'
      }),
    )
  })

  it('never says available while a node is closed', () => {
    fc.assert(
      fc.property(views, views, (ownerView, nodeView) => {
        const group = groupOf(aNode({ workflow: nodeView, openedAt: null }), ownerView)
        return (
          replicationGroupStatus(group) !== 'available' &&
          cacheClusterStatus(aCacheCluster({ nodes: [aNode({ openedAt: null })] })) !== 'available'
        )
      }),
    )
  })

  it('keeps a failed creation visible until it is deleted', () => {
    expect(
      replicationGroupStatus(groupOf(aNode(), aWorkflowView({ step: 'failed', firstHomeAt: null }))),
    ).toBe('create-failed')
  })
})

describe('nodeStatus', () => {
  it('is available only at home, open and with nothing asked of it', () => {
    fc.assert(
      fc.property(views, fc.option(fc.constant(new Date(0))), (workflow, openedAt) => {
        const isServing = workflow.step === 'wait' && workflow.signals.length === 0 && openedAt !== null
        return (nodeStatus(aNode({ workflow, openedAt })) === 'available') === isServing
      }),
    )
  })
})

describe('isSettled', () => {
  it('holds for the two statuses in which nothing more happens by itself', () => {
    const all = ['creating', 'available', 'modifying', 'snapshotting', 'deleting', 'create-failed'] as const
    expect(all.filter(isSettled)).toEqual(['available', 'create-failed'])
  })
})
