import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ServiceError } from '../errors.ts'
import { Findings } from './findings.ts'
import { checkWindows, overlaps } from './windows.ts'

function windows(maintenance?: string, snapshot?: string, random = 0) {
  const findings = new Findings()
  const result = checkWindows(findings, { maintenance, snapshot }, true, () => random)
  findings.throwIfAny()
  return result
}

describe('windows', () => {
  it.each([
    ['sun:23:00-mon:01:30', 'sun:23:00-mon:01:30'],
    ['SAT:23:30-Sun:00:30', 'sat:23:30-sun:00:30'],
    ['wed:04:00-thu:03:00', 'wed:04:00-thu:03:00'],
  ])('accept maintenance %s', (given, kept) => {
    expect(windows(given).preferredMaintenanceWindow).toBe(kept)
  })

  it.each([
    'sunday:05:00-sunday:06:00',
    'sun:5:00-sun:06:00',
    'sun:24:00-mon:01:00',
    'sun:05:60-sun:07:00',
    'sun:05:00',
    '',
  ])('refuse maintenance %j for its form', (given) => {
    expect(() => windows(given)).toThrow('ddd:hh24:mi-ddd:hh24:mi')
  })

  it('last from an hour to a day', () => {
    expect(() => windows('sun:05:00-sun:05:59')).toThrow('at least 60 minutes')
    expect(() => windows('sun:05:00-sun:05:00')).toThrow('at least 60 minutes')
    expect(() => windows('sun:05:00-mon:05:01')).toThrow('at most 24 hours')
    expect(() => windows(undefined, '05:00-05:30')).toThrow('Snapshot window must be at least 60 minutes.')
    expect(() => windows(undefined, '5-6')).toThrow('hh24:mi-hh24:mi')
  })

  it('do not overlap on any day, also across midnight', () => {
    expect(() => windows('tue:05:00-tue:06:00', '05:59-07:00')).toThrow('must not overlap')
    expect(() => windows('tue:23:30-wed:00:30', '00:00-01:00')).toThrow('must not overlap')
    expect(() => windows('tue:05:00-wed:04:00', '06:00-07:00')).toThrow('must not overlap')
    expect(windows('tue:05:00-tue:06:00', '06:00-07:00').snapshotWindow).toBe('06:00-07:00')
  })

  it('say so when nothing is left of the day', () => {
    expect(() => windows('mon:00:00-tue:00:00')).toThrow('leaves no hour of the day')
    expect(() => windows(undefined, '00:00-23:30')).toThrow('leaves no hour of the day')
  })

  it('are chosen so that they never overlap what was given', () => {
    const minute = fc.integer({ min: 0, max: 1439 })
    const two = (n: number) => String(n).padStart(2, '0')
    const clock = (m: number) => `${two(Math.floor(m / 60) % 24)}:${two(m % 60)}`
    const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(minute, fc.integer({ min: 60, max: 1380 }), fraction, (start, length, random) => {
        const given = `${clock(start)}-${clock(start + length)}`
        const chosen = windows(undefined, given, random).preferredMaintenanceWindow
        const hour = Number(chosen.slice(4, 6)) * 60 + Number(chosen.slice(7, 9))
        expect(overlaps({ start: hour, minutes: 60 }, { start, minutes: length })).toBe(false)
        const weekly = `fri:${clock(start)}-${start + length >= 1440 ? 'sat' : 'fri'}:${clock(start + length)}`
        const daily = windows(weekly, undefined, random).snapshotWindow ?? ''
        const from = Number(daily.slice(0, 2)) * 60 + Number(daily.slice(3, 5))
        expect(overlaps({ start: from, minutes: 60 }, { start, minutes: length })).toBe(false)
      }),
    )
  })

  it('refuse or keep any text, and never throw anything else', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (maintenance, snapshot) => {
        try {
          windows(maintenance, snapshot)
        } catch (error) {
          expect(error).toBeInstanceOf(ServiceError)
        }
      }),
    )
  })
})
