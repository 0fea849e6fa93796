import { expect, it } from 'vitest'
import { aReplicationGroup } from '../../../../test/support/builders.ts'
import type { GroupChange } from '../ports/store.ts'
import type { ClusterMode, ReplicationGroup } from '../resources.ts'
import { planGroupChange } from './plan-group-change.ts'

const inMode = (clusterMode: ClusterMode, over: Partial<ReplicationGroup> = {}) =>
  aReplicationGroup({ clusterMode, clusterEnabled: clusterMode !== 'disabled', ...over })
const NOW = { deferred: false }

it('becomes enabled where it was compatible', () => {
  const change = { clusterMode: 'enabled', ...NOW }
  expect(planGroupChange(inMode('compatible'), change).clusterMode).toBe('enabled')
})

it.each(['disabled', 'compatible', 'enabled'] as const)('stays %s when that is asked for', (clusterMode) => {
  const change: GroupChange = { clusterMode, description: 'another' }
  expect(planGroupChange(inMode(clusterMode), change).clusterMode).toBeNull()
})

const PENDING = {
  wanted: {
    engine: 'valkey',
    engineVersion: '8.1',
    cacheNodeType: 'cache.t4g.small',
    transitEncryptionMode: null,
  },
} as const

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
    'must be disabled, or',
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
    inMode('compatible', { pending: { ...PENDING, state: 'stopped', because: 'no image' } }),
    { clusterMode: 'enabled', ...NOW },
    'Combination',
    'another modification is pending',
  ],
])('refuses %s', (_, group, change, code, sentence) => {
  expect(() => planGroupChange(group, change)).toThrow(
    expect.objectContaining({ code: `InvalidParameter${code}`, message: expect.stringContaining(sentence) }),
  )
})
