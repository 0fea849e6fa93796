import { beforeEach, describe, expect, test } from 'vitest'
import { ReadBatch } from './read-batch.ts'

describe('a batch of reads', () => {
  let asked: string[][]
  let answer: (keys: string[]) => Promise<(string | null)[]>
  let batch: ReadBatch
  beforeEach(() => {
    asked = []
    answer = (keys) => Promise.resolve(keys.map((key) => (key === 'none' ? null : `of ${key}`)))
    batch = new ReadBatch(
      async (key) => {
        asked.push([key])
        return (await answer([key]))[0] ?? null
      },
      (keys) => {
        asked.push(keys)
        return answer(keys)
      },
    )
  })

  const readAll = (keys: string[]): Promise<(string | null)[]> =>
    Promise.all(keys.map((key) => batch.get(key)))

  test('reads of one turn leave as one question, and everybody gets the value of their own key', async () => {
    expect(await readAll(['a', 'none', 'b', 'a'])).toEqual(['of a', null, 'of b', 'of a'])
    expect(asked).toEqual([['a', 'none', 'b', 'a']])
  })

  test('who reads alone asks alone, and a later turn asks again', async () => {
    expect(await batch.get('a')).toBe('of a')
    expect(await batch.get('b')).toBe('of b')
    expect(asked).toEqual([['a'], ['b']])
  })

  test('a read of a later turn does not wait for the answer to an earlier one', async () => {
    answer = (keys) => (keys.includes('slow') ? new Promise(() => undefined) : Promise.resolve(['quick']))
    void batch.get('slow')
    await new Promise(setImmediate)
    expect(await batch.get('a')).toBe('quick')
  })

  test('no question is longer than 64 keys, and none is left out', async () => {
    const keys = Array.from({ length: 130 }, (_, i) => `k${i}`)
    expect(await readAll(keys)).toEqual(keys.map((key) => `of ${key}`))
    expect(asked.map(({ length }) => length)).toEqual([64, 64, 2])
  })

  test('a question that fails is told to everybody who asked it, and to nobody else', async () => {
    answer = () => Promise.reject(new Error('gone'))
    const both = await Promise.allSettled([batch.get('a'), batch.get('b')])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    answer = (keys) => Promise.resolve(keys)
    expect(await batch.get('c')).toBe('c')
  })
})
