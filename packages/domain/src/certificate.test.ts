import { expect, it } from 'vitest'
import { renewalTime } from './certificate.ts'

const NOW = new Date('2026-01-01T00:00:00Z')
const until = (days: number) => ({
  serialNumber: '01',
  notAfter: new Date(NOW.getTime() + days * 86_400_000),
})

it('a certificate is renewed while a third of its time is left, and at once when it has expired', () => {
  expect(renewalTime(until(365), NOW).getTime()).toBeLessThan(until(244).notAfter.getTime())
  expect(renewalTime(until(365), NOW).getTime()).toBeGreaterThan(until(243).notAfter.getTime())
  expect(renewalTime(until(-1), NOW)).toEqual(NOW)
})
