import { describe, expect, it } from 'vitest'
import { periodOf } from './events.ts'

const now = new Date('2026-01-10T12:00:00Z')
const at = (time: string) => new Date(`2026-01-10T${time}Z`)

describe('the period of events', () => {
  it.each([
    ['nothing', {}, '11:00:00', '12:00:00'],
    ['a duration', { duration: 30 }, '11:30:00', '12:00:00'],
    ['a start', { startTime: at('08:00:00') }, '08:00:00', '12:00:00'],
    ['an end', { endTime: at('10:00:00') }, '09:00:00', '10:00:00'],
    ['start and end', { startTime: at('08:00:00'), endTime: at('09:00:00') }, '08:00:00', '09:00:00'],
    ['start and duration', { startTime: at('08:00:00'), duration: 5 }, '08:00:00', '08:05:00'],
    ['end and duration', { endTime: at('10:00:00'), duration: 5 }, '09:55:00', '10:00:00'],
  ])('follows from %s', (_, request, from, to) => {
    expect(periodOf(request, now)).toEqual({ from: at(from), to: at(to) })
  })

  it('refuses what contradicts itself', () => {
    expect(() => periodOf({ duration: 0 }, now)).toThrow('between 1 and 20160')
    expect(() => periodOf({ duration: 20_161 }, now)).toThrow('between 1 and 20160')
    expect(() => periodOf({ startTime: now, endTime: now, duration: 5 }, now)).toThrow(
      'one of them with duration',
    )
    expect(() => periodOf({ startTime: at('11:00:00'), endTime: at('10:00:00') }, now)).toThrow(
      'not be later',
    )
  })
})
