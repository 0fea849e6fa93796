import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hours } from '../duration.ts'
import { retentionVictims } from './retention-victims.ts'

const now = new Date('2026-11-24T05:00:00Z')
const aged = (ms: number, snapshotRetentionLimit: number | null) => ({
  createdAt: new Date(now.getTime() - ms),
  snapshotRetentionLimit,
})

test.each([
  [aged(0, 0), 'automatic snapshots were turned off'],
  [aged(0, null), 'its replication group was deleted'],
  [aged(hours(24), 1), 'it is older than the snapshotRetentionLimit of 1 day'],
  [aged(hours(48), 2), 'it is older than the snapshotRetentionLimit of 2 days'],
])('%j goes because %s', (victim, because) => {
  expect(retentionVictims([victim], now)).toEqual([{ victim, because }])
})

test('who is kept is younger than the limit, and a higher limit keeps at least as many', () => {
  const ages = fc.array(fc.nat(hours(24 * 40)), { maxLength: 40 })
  const victims = (list: number[], days: number) =>
    retentionVictims(
      list.map((ms) => aged(ms, days)),
      now,
    ).length
  fc.assert(
    fc.property(ages, fc.integer({ min: 1, max: 34 }), (list, days) => {
      expect(victims(list, days)).toBe(list.filter((ms) => ms >= hours(24 * days)).length)
      expect(victims(list, days + 1)).toBeLessThanOrEqual(victims(list, days))
    }),
  )
})
