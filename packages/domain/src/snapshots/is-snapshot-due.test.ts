import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hours, minutes } from '../duration.ts'
import { readSnapshotName } from './plan-snapshot.ts'
import { automaticSnapshotName, isSnapshotDue, type SnapshotSchedule } from './is-snapshot-due.ts'

const at = (time: string) => new Date(`2026-11-24T${time}Z`)
const daily = (over: Partial<SnapshotSchedule> = {}): SnapshotSchedule => ({
  snapshotRetentionLimit: 1,
  snapshotWindow: '05:00-06:00',
  takenAt: null,
  failedAt: null,
  ...over,
})

describe('an automatic snapshot', () => {
  it.each<[string, Partial<SnapshotSchedule>, string, boolean]>([
    ['the window is about to open', {}, '04:59:59.999', false],
    ['the window has opened', {}, '05:00:00', true],
    ['the window is about to close', {}, '05:59:59.999', true],
    ['the window has closed', {}, '06:00:00', false],
    ['the window crosses midnight', { snapshotWindow: '23:30-00:30' }, '00:10:00', true],
    [
      'it was taken before midnight',
      { snapshotWindow: '23:30-00:30', takenAt: new Date('2026-11-23T23:31:00Z') },
      '00:10:00',
      false,
    ],
    ['yesterday’s was taken', { takenAt: new Date('2026-11-23T05:00:00Z') }, '05:00:00', true],
    ['today’s was taken', { takenAt: at('05:00:05') }, '05:30:00', false],
    ['today’s failed just now', { failedAt: at('05:00:05') }, '05:30:00', false],
    ['today’s failed a while ago', { failedAt: at('05:00:05') }, '05:30:05', true],
    ['it is turned off', { snapshotRetentionLimit: 0 }, '05:30:00', false],
    ['there is no window', { snapshotWindow: null }, '05:30:00', false],
  ])('when %s', (_, over, now, isDue) => {
    expect(isSnapshotDue(daily(over), at(now))).toMatchObject({ isDue })
  })

  it('is taken once a day, however often anybody looks', () => {
    const two = (n: number) => String(n).padStart(2, '0')
    const clock = (minute: number) => `${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}`
    fc.assert(
      fc.property(
        fc.nat(1_439),
        fc.integer({ min: 60, max: 1_439 }),
        fc.integer({ min: 1, max: 59 }),
        (start, length, step) => {
          const schedule = daily({ snapshotWindow: `${clock(start)}-${clock((start + length) % 1_440)}` })
          // From a moment at which the window is closed, where it ever is.
          const from = at('00:00:00').getTime() + minutes(start + length)
          let taken = 0
          for (let now = from; now < from + hours(72); now += minutes(step)) {
            if (!isSnapshotDue(schedule, new Date(now)).isDue) continue
            schedule.takenAt = new Date(now)
            taken += 1
          }
          expect(taken).toBe(3)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('has a name that it can be asked for by', () => {
    const name = automaticSnapshotName('orders', at('05:03:59'))
    expect(name).toBe('automatic.orders-2026-11-24-05-03')
    expect(readSnapshotName(name)).toBe(name)
  })
})
