import { expect, it } from 'vitest'
import { aNodeGroupIn, aReplicationGroup } from '../../../../test/support/builders.ts'
import type { GroupChange } from '../ports/store.ts'
import type { ClusterMode, ReplicationGroup } from '../resources.ts'
import { planGroupChange } from './plan-group-change.ts'

const inMode = (clusterMode: ClusterMode, over: Partial<ReplicationGroup> = {}) => {
  const isCluster = clusterMode !== 'disabled'
  const cacheParameterGroupName = isCluster ? 'default.valkey8.cluster.on' : 'default.valkey8'
  return aReplicationGroup({ clusterMode, clusterEnabled: isCluster, cacheParameterGroupName, ...over })
}
const NOW = { deferred: false }
const WANTED = {
  engine: 'valkey',
  engineVersion: '8.1',
  cacheNodeType: 'cache.t4g.small',
  transitEncryptionMode: null,
} as const
const STOPPED = { wanted: WANTED, state: 'stopped', because: 'no image' } as const

it.each([
  ['disabled', 'compatible'],
  ['compatible', 'enabled'],
  ['compatible', 'disabled'],
] as const)('goes from %s to %s', (from, clusterMode) => {
  expect(planGroupChange(inMode(from), { clusterMode, ...NOW }).clusterMode).toBe(clusterMode)
})

it.each(['disabled', 'compatible'] as const)(
  'is asked for again, or taken back, where it has stopped: %s',
  (mode) => {
    const group = inMode('disabled', { pending: { ...STOPPED, clusterMode: 'compatible' } })
    expect(planGroupChange(group, { clusterMode: mode, ...NOW }).clusterMode).toBe(mode)
  },
)

it.each(['disabled', 'compatible', 'enabled'] as const)('stays %s when that is asked for', (clusterMode) => {
  const change: GroupChange = { clusterMode, description: 'another' }
  expect(planGroupChange(inMode(clusterMode), change).clusterMode).toBeNull()
})

it.each<[string, ReplicationGroup, GroupChange, string, string]>([
  [
    'a way back from enabled',
    inMode('enabled'),
    { clusterMode: 'compatible', ...NOW },
    'Value',
    'must be enabled, or',
  ],
  [
    'a way past compatible',
    inMode('disabled'),
    { clusterMode: 'enabled', ...NOW },
    'Value',
    'must be disabled or compatible, or',
  ],
  [
    'another modification with it',
    inMode('compatible'),
    { clusterMode: 'enabled', description: 'another', ...NOW },
    'Combination',
    'leave description out',
  ],
  [
    'waiting for a window',
    inMode('compatible'),
    { clusterMode: 'enabled' },
    'Combination',
    'applyImmediately must',
  ],
  [
    'what is pending beside it',
    inMode('compatible', { pending: { ...STOPPED, clusterMode: null } }),
    { clusterMode: 'enabled', ...NOW },
    'Combination',
    'another modification is pending',
  ],
  [
    'a parameter group of the other mode',
    inMode('disabled'),
    { clusterMode: 'compatible', cacheParameterGroupName: 'default.valkey8', ...NOW },
    'Combination',
    'must be default.valkey8.cluster.on',
  ],
  [
    "a parameter group of one's own",
    inMode('disabled', { cacheParameterGroupName: 'mine' }),
    { clusterMode: 'compatible', ...NOW },
    'Combination',
    'default parameter group only',
  ],
  [
    'a version without clusters',
    inMode('disabled', {
      engine: 'redis',
      engineVersion: '6.0',
      cacheParameterGroupName: 'default.redis6.x',
    }),
    { clusterMode: 'compatible', ...NOW },
    'Combination',
    'needs redis 7.0 or later',
  ],
  [
    'replicas that nobody would promote',
    inMode('disabled', { nodeGroups: [aNodeGroupIn('a', 'b')] }),
    { clusterMode: 'compatible', ...NOW },
    'Combination',
    'automaticFailoverEnabled to true first',
  ],
  [
    'another change where this one has stopped',
    inMode('disabled', { pending: { ...STOPPED, clusterMode: 'compatible' } }),
    { choice: { cacheNodeType: 'cache.t4g.medium' }, ...NOW },
    'Combination',
    'has stopped',
  ],
])('refuses %s', (_, group, change, code, sentence) => {
  expect(() => planGroupChange(group, change)).toThrow(
    expect.objectContaining({ code: `InvalidParameter${code}`, message: expect.stringContaining(sentence) }),
  )
})
