import type { NodeReading, NodeSubject } from '@cacheplane/domain'
import { expect, it } from 'vitest'
import { EXAMINE_MS, Frame, type Context } from './context.ts'
import { silentMs } from './silence.ts'

const silent: NodeReading = { kind: 'silent', because: 'it says nothing' }
const node = { node: { id: 'n1' } } as NodeSubject

function clocked() {
  let nowMs = 100_000
  const frame = Frame.parse({})
  const look = (tookMs: number) => {
    const begunMs = nowMs
    nowMs += tookMs
    return silentMs({ frame, now: () => new Date(nowMs) } as Context, node, silent, begunMs)
  }
  return { look, sleep: (ms: number) => (nowMs += ms) }
}

it('counts the silence from the beginning of the first look', () => {
  const { look, sleep } = clocked()
  expect(look(300)).toBe(300)
  sleep(500)
  expect(look(400)).toBe(1_200)
})

it('takes no look for longer than one may last: who was frozen in it has not looked all the while', () => {
  expect(clocked().look(60_000)).toBe(EXAMINE_MS)
})

it('begins anew when two looks are so far apart that nobody knows what was between them', () => {
  const { look, sleep } = clocked()
  look(400)
  sleep(10_000)
  expect(look(400)).toBe(400)
})
