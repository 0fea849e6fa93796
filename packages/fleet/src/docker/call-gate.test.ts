import { expect, test } from 'vitest'
import { CallGate } from './call-gate.ts'

const never = () => new Promise<never>(() => undefined)
const failing = (statusCode: number) => () =>
  Promise.reject(Object.assign(new Error('HTTP'), { statusCode, json: { message: 'said Docker' } }))

test('a call that never ends is unknown after its deadline, and frees its place', async () => {
  const gate = new CallGate()
  const silent = Array.from({ length: 4 }, () => gate.call('hang', 30, never))
  for (const call of await Promise.all(silent)) expect(call.kind).toBe('unknown')
  expect(await gate.call('quick', 1_000, async () => 7)).toEqual({ kind: 'ok', value: 7 })
})

test('a deadline also ends the wait for a place', async () => {
  const gate = new CallGate()
  const holding = Array.from({ length: 8 }, () => gate.call('hold', 500, never))
  const begun = performance.now()
  expect((await gate.call('wait', 50, async () => 7)).kind).toBe('unknown')
  expect(performance.now() - begun).toBeLessThan(400)
  await Promise.all(holding)
})

test('no more than eight calls run at a time, and all of them run', async () => {
  const gate = new CallGate()
  let running = 0
  let most = 0
  const calls = Array.from({ length: 40 }, () =>
    gate.call('count', 5_000, async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setTimeout(resolve, 2))
      running -= 1
    }),
  )
  const answers = await Promise.all(calls)
  expect(answers.every(({ kind }) => kind === 'ok')).toBe(true)
  expect(most).toBe(8)
})

test.each([
  [304, 'notModified'],
  [404, 'notFound'],
  [409, 'conflict'],
  [400, 'refused'],
  [500, 'refused'],
])('status %i is %s', async (status, kind) => {
  expect((await new CallGate().call('fail', 1_000, failing(status))).kind).toBe(kind)
})

test('an error without a status may have had its effect', async () => {
  const call = await new CallGate().call('fail', 1_000, () => Promise.reject(new Error('socket hang up')))
  expect(call).toEqual({ kind: 'unknown', because: 'fail: socket hang up' })
})

test('an engine that stays silent is left alone for a while, a refusing one is not', async () => {
  const gate = new CallGate()
  for (let index = 0; index < 8; index += 1) await gate.call('refuse', 1_000, failing(500))
  expect((await gate.call('quick', 1_000, async () => 7)).kind).toBe('ok')
  for (let index = 0; index < 5; index += 1) await gate.call('hang', 5, never)
  let asked = false
  await gate.call('spared', 1_000, async () => (asked = true))
  expect(asked).toBe(false)
})
