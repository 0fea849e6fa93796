import { describe, expect, test } from 'vitest'
import type { ClusterPeer, ClusterView } from '../ports/cluster.ts'
import { planCluster, type ClusterNode } from './plan-cluster.ts'

const SHARDS = [
  { shardId: 's1', slots: [{ from: 0, to: 8191 }] },
  { shardId: 's2', slots: [{ from: 8192, to: 16383 }] },
]
const peer = (id: string, over: Partial<ClusterPeer> = {}): ClusterPeer => ({
  id,
  at: { host: `ip-of-${id}`, port: 1 },
  role: 'primary',
  primaryId: null,
  isLinked: true,
  isListed: true,
  epoch: 0,
  slots: [],
  ...over,
})
const A = peer('a', { epoch: 1, slots: [{ from: 0, to: 8191 }] })
const B = peer('b', { epoch: 2, slots: [{ from: 8192, to: 16383 }] })
const R = peer('r', { role: 'replica', primaryId: 'a', epoch: 1 })

const node = (id: string, shardId: string, isPrimary: boolean, peers: ClusterPeer[] | null): ClusterNode => ({
  nodeId: `node-${id}`,
  clusterNodeId: id,
  shardId,
  isPrimary,
  isOpen: true,
  at: [{ host: `ip-of-${id}`, port: 1 }],
  view: peers === null ? null : ({ id, peers, marked: [], isServing: true } satisfies ClusterView),
})
const three = (a: ClusterPeer[], r: ClusterPeer[], b: ClusterPeer[]) => [
  node('a', 's1', true, a),
  node('r', 's1', false, r),
  node('b', 's2', true, b),
]
const ALL = [A, R, B]

describe('a cluster', () => {
  test('is left alone when every node sees it as it should be', () => {
    expect(planCluster(three(ALL, ALL, ALL), SHARDS)).toEqual({ actions: [], because: null })
  })

  test('gets to know a newcomer, each pair through one of the two', () => {
    const { actions, because } = planCluster(three([A, R], [A, R], [B]), SHARDS)
    expect(actions).toEqual([
      { do: 'introduce', nodeId: 'node-a', peerIds: ['node-b'] },
      { do: 'introduce', nodeId: 'node-r', peerIds: ['node-b'] },
    ])
    expect(because).not.toBeNull()
  })

  test('hears of a node that only one of the two knows', () => {
    const { actions } = planCluster(three(ALL, ALL, [B]), SHARDS)
    expect(actions).toEqual([{ do: 'introduce', nodeId: 'node-b', peerIds: ['node-a', 'node-r'] }])
  })

  test('forgets who is gone, and nobody who may be newer than the rows', () => {
    const ghost = peer('z', { isLinked: false })
    const forgotten = [{ do: 'forget', nodeId: 'node-a', clusterNodeIds: ['z'] }]
    expect(planCluster(three([...ALL, { ...ghost, at: B.at }], ALL, ALL), SHARDS).actions).toEqual(forgotten)
    expect(planCluster(three([...ALL, { ...ghost, isLinked: true }], ALL, ALL), SHARDS).actions).toEqual(
      forgotten,
    )
    const fresh = planCluster(three([...ALL, peer('z', { at: B.at })], ALL, ALL), SHARDS)
    expect(fresh.actions).toEqual([])
    expect(fresh.because).toContain('gone')
  })

  test('keeps who is gone as long as slots on their way are marked with it', () => {
    const ghost = peer('z', { isLinked: false })
    const [a, ...others] = three([...ALL, ghost], ALL, ALL)
    const marked = [{ slot: 7, mark: 'migrating', peerId: 'z' } as const]
    const nodes = [...(a?.view ? [{ ...a, view: { ...a.view, marked } }] : []), ...others]
    const now = { toShardId: 's2', slots: [{ from: 7, to: 7 }] }
    expect(planCluster(nodes, SHARDS, { now }).actions).toEqual([])
    expect(planCluster(nodes, SHARDS, { now: null }).actions).toHaveLength(1)
  })

  test('never forgets a node that the rows know, be it lost or not', () => {
    const lost = peer('b', { ...B, isLinked: false })
    const nodes = three([A, R, lost], [A, R, lost], ALL)
    const without = [...nodes.slice(0, 2), node('b', 's2', true, null)]
    expect(planCluster(without, SHARDS)).toEqual({ actions: [], because: null })
  })

  test('has slots claimed that nobody owns, once nobody is left to forget or to meet', () => {
    const empty = peer('b', { epoch: 0 })
    const orphaned = [A, R, empty]
    expect(planCluster(three(orphaned, orphaned, orphaned), SHARDS).actions).toEqual([
      { do: 'claim', nodeId: 'node-b', slots: [{ from: 8192, to: 16383 }] },
    ])
    const ghost = peer('z', { isLinked: false, epoch: 2, slots: [{ from: 8192, to: 16383 }] })
    const haunted = [A, R, empty, ghost]
    const actions = planCluster(three(haunted, haunted, haunted), SHARDS).actions.map((action) => action.do)
    expect(actions).toEqual(['forget', 'forget', 'forget'])
  })

  test('does not count a container that the rows do not know', () => {
    const [a, r, b] = three(ALL, ALL, ALL)
    const stranger = {
      ...b,
      view: { id: 'x', peers: [peer('x')], marked: [], isServing: true },
    } as ClusterNode
    expect(planCluster([a, r, stranger] as ClusterNode[], SHARDS).actions).toEqual([])
  })

  test.each<[string, ClusterPeer[]]>([
    ['a slot of another owner', [{ ...A, slots: [{ from: 0, to: 8190 }] }, R, B]],
    ['a replica that leads', [A, { ...R, role: 'primary', primaryId: null }, B]],
    ['a replica that it tells no client of', [A, { ...R, isListed: false }, B]],
    ['a replica of another primary', [A, { ...R, primaryId: 'b' }, B]],
    ['two primaries of one epoch', [A, R, { ...B, epoch: 1 }]],
  ])('is not ready while one node sees %s', (_, view) => {
    const { actions, because } = planCluster(three(ALL, view, ALL), SHARDS)
    expect(actions.every((action) => action.do === 'introduce')).toBe(true)
    expect(because).toContain('node-r')
  })

  test.each([null, { now: null }])('is not ready while an open node answers that it is down', (moving) => {
    const [a, r, b] = three(ALL, ALL, ALL)
    const down = r?.view ? [{ ...r, view: { ...r.view, isServing: false } }] : []
    const seen = [a, ...down, b] as ClusterNode[]
    expect(planCluster(seen, SHARDS, moving)).toEqual({
      actions: [],
      because: 'node node-r does not serve its cluster yet',
    })
    const closed = seen.map((one) => ({ ...one, isOpen: one.nodeId !== 'node-r' }))
    expect(planCluster(closed, SHARDS, moving).because).toBeNull()
  })

  test('has whoever is seen as it was before speak up', () => {
    const before = [A, { ...R, role: 'primary', primaryId: null } as const, B]
    expect(planCluster(three(ALL, ALL, before), SHARDS).actions).toEqual([
      { do: 'introduce', nodeId: 'node-r', peerIds: ['node-b'] },
    ])
  })
})
