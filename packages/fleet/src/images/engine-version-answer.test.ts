import { describe, expect, test } from 'vitest'
import { isVersionOf, parseVersionAnswer } from './engine-version-answer.ts'

describe('parseVersionAnswer', () => {
  test.each([
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=e6c5ad2a0d0b9b8c', '7.0.15'],
    ['Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', '8.1.1'],
    ['memcached 1.6.38\n', '1.6.38'],
  ])('finds the version in %j', (text, version) => {
    expect(parseVersionAnswer(text)).toBe(version)
  })

  test('says that there is none instead of guessing', () => {
    expect(parseVersionAnswer('exec: no such file or directory')).toBeNull()
  })
})

describe('isVersionOf', () => {
  test('accepts every patch level of the version', () => {
    expect(isVersionOf({ version: '7.0' }, '7.0.15')).toBe(true)
    expect(isVersionOf({ version: '1.6.38' }, '1.6.38')).toBe(true)
  })

  test('refuses a version that only begins with the same digits', () => {
    expect(isVersionOf({ version: '1.6.3' }, '1.6.38')).toBe(false)
    expect(isVersionOf({ version: '7.0' }, '7.2.1')).toBe(false)
  })
})
