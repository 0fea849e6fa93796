import { describe, expect, it } from 'vitest'
import { aSnapshot, aWorkflowView } from '../../../../test/support/builders.ts'
import { splitSlots } from '../cluster/slots.ts'
import { requireRestorable, type RestoreWish } from './plan-restore.ts'
import type { SnapshotContent } from './snapshot.ts'

const GIB = 1024 ** 3
const content = (usedMemoryBytes: number): SnapshotContent => ({
  bytes: 1,
  sha256: 'aa',
  cacheClusterId: 'sessions-001',
  cacheNodeId: '0001',
  cacheNodeCreatedAt: new Date(0),
  usedMemoryBytes,
  engine: 'redis',
  engineVersion: '7.0',
  capturedAt: new Date(0),
})
const snapshotOf = (usedMemoryBytes: number, shards: number) => {
  const slots = shards === 0 ? [[]] : splitSlots(shards).map((range) => [range])
  return aSnapshot({
    origin: { ...aSnapshot().origin, clusterEnabled: shards > 0 },
    files: slots.map((own, i) => ({
      fileId: `rdb-${i}`,
      nodeGroupId: `000${i + 1}`,
      nodeGroupRow: null,
      slots: own,
      copyOf: null,
      content: content(usedMemoryBytes),
    })),
  })
}
/** Of 1.5 GB, three quarters of which are for data. */
const wish = (shards: number | null): RestoreWish => ({
  engine: 'redis',
  engineVersion: '7.0',
  cacheNodeType: 'cache.t4g.small',
  shards: shards === null ? null : splitSlots(shards).map((range) => ({ slots: [range] })),
})

describe('whether a snapshot can be what is asked for', () => {
  it.each([
    ['a group without cluster mode', snapshotOf(GIB / 2, 0), wish(null)],
    ['as many shards', snapshotOf(GIB, 2), wish(2)],
    ['more shards', snapshotOf(GIB, 2), wish(5)],
    ['fewer shards with room for more', snapshotOf(GIB / 4, 3), wish(1)],
    ['shards, of a group without, each with room for its part', snapshotOf(3 * GIB, 0), wish(4)],
  ])('accepts %s', (_, snapshot, wanted) => {
    expect(() => requireRestorable(snapshot, wanted)).not.toThrow()
  })

  it.each([
    [
      'no cluster mode, of shards',
      snapshotOf(1, 2),
      wish(null),
      'InvalidParameterCombination',
      'with cluster mode enabled',
    ],
    [
      'a node that is too small',
      snapshotOf(2 * GIB, 0),
      wish(null),
      'InvalidParameterCombination',
      'takes 2032 MiB',
    ],
    ['shards that are too few', snapshotOf(GIB, 3), wish(2), 'InvalidParameterCombination', 'takes 1512 MiB'],
    [
      'an older engine',
      snapshotOf(1, 0),
      { ...wish(null), engineVersion: '6.0' },
      'InvalidParameterCombination',
      'cannot read',
    ],
    [
      'what is not there yet',
      { ...snapshotOf(1, 0), workflow: aWorkflowView({ step: 'capture', firstHomeAt: null }) },
      wish(null),
      'InvalidSnapshotState',
      'has status creating',
    ],
  ])('refuses %s', (_, snapshot, wanted, code, message) => {
    expect(() => requireRestorable(snapshot, wanted)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    )
  })
})
