import { describe, expect, it } from 'vitest'
import { waitSeconds } from './prefer.ts'

describe('Prefer', () => {
  it.each<[string | string[] | undefined, number | null]>([
    [undefined, null],
    ['', null],
    ['wait=60', 60],
    ['Wait = "5"', 5],
    ['respond-async, wait=10', 10],
    [['respond-async', 'wait=7'], 7],
    ['wait=10; foo=bar', 10],
    ['wait=600', 600],
    ['wait=601', 600],
    ['wait=999999999', 600],
    ['wait=0', null],
    ['wait=-1', null],
    ['wait=1.5', null],
    ['wait=soon', null],
    ['waiting=5', null],
    ['wait=3, wait=9', 3],
  ])('%j means %j seconds', (header, seconds) => {
    expect(waitSeconds(header)).toBe(seconds)
  })
})
