import fc from 'fast-check'
import { expect, test } from 'vitest'
import { minutes } from '../duration.ts'
import { untilWindow } from './until-window.ts'

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const WEEK = 7 * 24 * 60

test.each([
  ['sun:05:00-sun:06:00', '2026-11-22T04:59:00Z', minutes(1)],
  ['sun:05:00-sun:06:00', '2026-11-22T05:00:00Z', 0],
  ['sun:05:00-sun:06:00', '2026-11-22T05:59:59.999Z', 0],
  ['sun:05:00-sun:06:00', '2026-11-22T06:00:00Z', minutes(WEEK - 60)],
  ['sat:23:30-sun:00:30', '2026-11-22T00:10:00Z', 0],
  ['sat:23:30-sun:00:30', '2026-11-28T23:00:00Z', minutes(30)],
])('%s opens after %s in %i ms', (window, now, ms) => {
  expect(untilWindow(window, new Date(now))).toBe(ms)
})

test('any window is open at the moment that is told, for its length and once a week', () => {
  const at = (minute: number) => {
    const [day, hour] = [Math.floor(minute / 1_440) % 7, Math.floor(minute / 60) % 24]
    const two = (n: number) => String(n).padStart(2, '0')
    return `${DAYS[day]}:${two(hour)}:${two(minute % 60)}`
  }
  const anyTime = fc.integer({ min: 0, max: 4_000_000_000_000 })
  fc.assert(
    fc.property(fc.nat(WEEK - 1), fc.integer({ min: 60, max: 1_440 }), anyTime, (start, length, now) => {
      const window = `${at(start)}-${at((start + length) % WEEK)}`
      const ms = untilWindow(window, new Date(now))
      const opensAt = now + ms
      expect(ms).toBeGreaterThanOrEqual(0)
      expect(ms).toBeLessThanOrEqual(minutes(WEEK - length))
      expect(untilWindow(window, new Date(opensAt))).toBe(0)
      if (ms > 0) {
        expect(untilWindow(window, new Date(opensAt - 1))).toBe(1)
        expect(untilWindow(window, new Date(opensAt + minutes(length) - 1))).toBe(0)
        expect(untilWindow(window, new Date(opensAt + minutes(length)))).toBe(minutes(WEEK - length))
      }
    }),
  )
})
