import { expect, it } from 'vitest'
import { aSnapshot } from '../../../../test/support/builders.ts'
import { clusterLikeSnapshot, likeSnapshot } from './like-snapshot.ts'

const halves = [
  {
    nodeGroupId: '0001',
    slots: [
      { from: 0, to: 99 },
      { from: 200, to: 8191 },
    ],
  },
  {
    nodeGroupId: '0004',
    slots: [
      { from: 100, to: 199 },
      { from: 8192, to: 16_383 },
    ],
  },
].map((file) => ({
  ...file,
  fileId: `rdb-${file.nodeGroupId}`,
  nodeGroupRow: null,
  copyOf: null,
  content: null,
}))
const ofCluster = aSnapshot({ origin: { ...aSnapshot().origin, clusterEnabled: true }, files: halves })
const [first, second] = ['0-99,200-8191', '100-199,8192-16383']

it('keeps engine, version and node type, but no version of another engine', () => {
  const { origin } = aSnapshot()
  expect(likeSnapshot({}, aSnapshot())).toEqual({
    engine: origin.engine,
    engineVersion: origin.engineVersion,
    cacheNodeType: origin.cacheNodeType,
  })
  const other = origin.engine === 'redis' ? 'valkey' : 'redis'
  expect(likeSnapshot({ engine: other }, aSnapshot())).toMatchObject({
    engine: other,
    engineVersion: undefined,
  })
})

it.each([
  [
    'nothing',
    {},
    [
      { nodeGroupId: '0001', slots: first },
      { nodeGroupId: '0004', slots: second },
    ],
  ],
  [
    'as many',
    { numNodeGroups: 2 },
    [
      { nodeGroupId: '0001', slots: first },
      { nodeGroupId: '0004', slots: second },
    ],
  ],
  [
    'where they go',
    { nodeGroupConfiguration: [{ primaryAvailabilityZone: 'local-1a' }, {}] },
    [
      { nodeGroupId: '0001', primaryAvailabilityZone: 'local-1a', slots: first },
      { nodeGroupId: '0004', slots: second },
    ],
  ],
  [
    'what they are called',
    { nodeGroupConfiguration: [{ nodeGroupId: '7' }, {}] },
    [{ nodeGroupId: '7', slots: first }, { slots: second }],
  ],
])('has the shards of the snapshot where %s is said of them', (_, request, nodeGroupConfiguration) => {
  expect(likeSnapshot(request, ofCluster)).toMatchObject({ clusterMode: 'enabled', nodeGroupConfiguration })
})

it.each([
  ['another number', { numNodeGroups: 3 }],
  ['their slots', { nodeGroupConfiguration: [{ slots: '0-1' }, { slots: '2-16383' }] }],
  ['numbers that differ', { numNodeGroups: 2, nodeGroupConfiguration: [{}] }],
])('has the shards that are asked for where %s is said', (_, request) => {
  const { clusterMode, nodeGroupConfiguration } = likeSnapshot(request, ofCluster)
  expect(clusterMode).toBe('enabled')
  expect(nodeGroupConfiguration).toEqual(
    'nodeGroupConfiguration' in request ? request.nodeGroupConfiguration : undefined,
  )
})

it('leaves the mode that is asked for to be judged', () => {
  expect(likeSnapshot({ clusterMode: 'disabled' }, ofCluster)).toMatchObject({ clusterMode: 'disabled' })
  expect(likeSnapshot({ clusterMode: 'disabled' }, ofCluster).nodeGroupConfiguration).toBeUndefined()
})

it('makes a cache cluster of the same kind, and of no shards', () => {
  const { engine, engineVersion, cacheNodeType } = ofCluster.origin
  expect(clusterLikeSnapshot({ cacheClusterId: 'one', cacheNodeType: 'cache.m7g.large' }, ofCluster)).toEqual(
    { cacheClusterId: 'one', engine, engineVersion, cacheNodeType: 'cache.m7g.large' },
  )
  expect(clusterLikeSnapshot({}, ofCluster)).toEqual({ engine, engineVersion, cacheNodeType })
})
