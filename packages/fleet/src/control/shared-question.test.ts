import { expect, test } from 'vitest'
import { SharedQuestion } from './shared-question.ts'

test('who comes while a question is being asked shares the next answer with the others, and never gets an older one', async () => {
  const put: ((answer: number) => void)[] = []
  const question = new SharedQuestion(() => new Promise<number>((resolve) => put.push(resolve)))
  const first = question.ask()
  const [second, third] = [question.ask(), question.ask()]
  expect(put).toHaveLength(1)
  put[0]?.(1)
  expect(await first).toBe(1)
  await Promise.resolve()
  const fourth = question.ask()
  put[1]?.(2)
  expect(await Promise.all([second, third])).toEqual([2, 2])
  await Promise.resolve()
  put[2]?.(3)
  expect(await fourth).toBe(3)
  expect(put).toHaveLength(3)
})

test('a question that fails fails for those who shared it, and is asked again for who comes later', async () => {
  let asked = 0
  const question = new SharedQuestion(async () => {
    asked += 1
    await Promise.resolve()
    if (asked < 3) throw new Error(`failed ${asked}`)
    return asked
  })
  const [first, second] = [question.ask(), question.ask()]
  await expect(first).rejects.toThrow('failed 1')
  await expect(second).rejects.toThrow('failed 2')
  expect(await question.ask()).toBe(3)
})
