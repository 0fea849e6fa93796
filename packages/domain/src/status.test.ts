import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  aCacheCluster,
  anEndpoint,
  aNode,
  aNodeGroup,
  aReplicationGroup,
  aWorkflowView,
} from '../../../test/support/builders.ts'
import type { CacheCluster, CacheNode, NodeGroup } from './resources.ts'
import {
  cacheClusterStatus,
  isSettled,
  nodeGroupStatus,
  nodeStatus,
  replicationGroupStatus,
} from './status.ts'
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

describe('nodeGroupStatus', () => {
  it.each<[string, Partial<NodeGroup>, string]>([
    ['as it should be', {}, 'available'],
    ['without an edge that serves', { endpoint: anEndpoint({ servingAt: null }) }, 'modifying'],
    ['with something asked of it', { workflow: aWorkflowView({ signals: ['failover'] }) }, 'modifying'],
    ['at work', { workflow: aWorkflowView({ step: 'elect' }) }, 'modifying'],
    ['never home', { workflow: aWorkflowView({ step: 'start', firstHomeAt: null }) }, 'creating'],
    ['going', { workflow: aWorkflowView({ step: 'destroy' }) }, 'deleting'],
  ])('of one %s', (_, over, status) => {
    expect(nodeGroupStatus(aNodeGroup(over))).toBe(status)
    const group = aReplicationGroup({ nodeGroups: [aNodeGroup(over)] })
    expect(replicationGroupStatus(group)).toBe(status === 'available' ? 'available' : 'modifying')
  })
})

describe('cacheClusterStatus', () => {
  const memberWith = (over: Partial<CacheNode>) => aCacheCluster({ nodes: [aNode(over)] })
  const standalone = { replicationGroupId: null, nodeGroupId: null }

  it.each<[string, CacheCluster, string]>([
    ['a member that is leaving', memberWith({ leaving: true }), 'deleting'],
    ['a member that restarts', memberWith({ rebooting: true }), 'rebooting cluster nodes'],
    [
      'a replica that comes to a group',
      memberWith({ openedAt: null, workflow: aWorkflowView({ step: 'boot', firstHomeAt: null }) }),
      'creating',
    ],
    [
      'a member that is replaced',
      memberWith({ openedAt: null, workflow: aWorkflowView({ step: 'boot' }) }),
      'modifying',
    ],
    [
      'a cluster of its own that restarts',
      { ...memberWith({ rebooting: true }), ...standalone },
      'rebooting cluster nodes',
    ],
    [
      'a cluster of its own that is deleted while it restarts',
      {
        ...memberWith({ rebooting: true }),
        ...standalone,
        workflow: aWorkflowView({ signals: ['destroy'] }),
      },
      'deleting',
    ],
    [
      'a cluster of its own that could not be created',
      { ...aCacheCluster(), ...standalone, workflow: aWorkflowView({ step: 'failed', firstHomeAt: null }) },
      'create-failed',
    ],
    [
      'one that could not be made from its snapshot',
      {
        ...aCacheCluster({ fromSnapshot: true }),
        ...standalone,
        workflow: aWorkflowView({ step: 'failed', firstHomeAt: null }),
      },
      'restore-failed',
    ],
  ])('of %s', (_, cluster, status) => {
    expect(cacheClusterStatus(cluster)).toBe(status)
  })
})

describe('nodeStatus', () => {
  it('is available only at home, open and with nothing asked of it', () => {
    fc.assert(
      fc.property(views, fc.option(fc.constant(new Date(0))), (workflow, openedAt) => {
        const isServing =
          workflow.step === 'wait' &&
          workflow.signals.every((one) => one === 'configure') &&
          openedAt !== null
        return (nodeStatus(aNode({ workflow, openedAt })) === 'available') === isServing
      }),
    )
  })
})

describe('isSettled', () => {
  it('holds for the statuses in which nothing more happens by itself', () => {
    const lasting = ['available', 'create-failed', 'restore-failed'] as const
    const all = ['creating', 'modifying', 'snapshotting', 'deleting', ...lasting] as const
    expect(all.filter(isSettled)).toEqual(lasting)
  })
})
