import { ServiceError } from '@cacheplane/domain'
import { describe, expect, it } from 'vitest'
import { isOutage } from './tell-outages.ts'

const coded = (code: string) => Object.assign(new Error('details that nobody should see'), { code })

describe('an outage', () => {
  it.each(['ECONNREFUSED', '57P01', '57P03', '53300', '53100', '08006', '25006', 'P1001', 'P1017'])(
    'is told by %s',
    (code) => {
      expect(isOutage(coded(code))).toBe(true)
    },
  )

  it('is told by what the driver says, also as a cause', () => {
    expect(isOutage(new Error('Connection terminated unexpectedly'))).toBe(true)
    expect(isOutage(new Error('the query failed', { cause: coded('ECONNRESET') }))).toBe(true)
  })

  it.each(['23505', '42P01', '22P02', 'P2002', 'P2025'])(
    'is not told by %s, which is our own mistake',
    (code) => {
      expect(isOutage(coded(code))).toBe(false)
    },
  )

  it('is nothing else', () => {
    expect(isOutage(new TypeError('x is undefined'))).toBe(false)
    expect(isOutage(new ServiceError('InvalidParameterValue', 'no'))).toBe(false)
    expect(isOutage('57P01')).toBe(false)
  })
})
