import { expect, it } from 'vitest'
import { nearBell } from './near-bell.ts'

it('advances by itself what is due, and leaves to the queue what is due later', async () => {
  const advanced: string[] = []
  const queued: [string, number | undefined][] = []
  const bell = nearBell(async (id) => void advanced.push(id), {
    ring: async (id, delayMs) => void queued.push([id, delayMs]),
  })
  await bell.ring('wf-now')
  await bell.ring('wf-later', 5_000)
  expect({ advanced, queued }).toEqual({ advanced: ['wf-now'], queued: [['wf-later', 5_000]] })
})
