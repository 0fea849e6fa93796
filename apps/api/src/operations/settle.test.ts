import { ServiceError } from '@cacheplane/domain'
import { describe, expect, it } from 'vitest'
import { watchUntil } from './settle.ts'

function bell() {
  const listeners = new Set<() => void>()
  return {
    listeners,
    ring: () => listeners.forEach((listener) => listener()),
    subscribe: (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
const isDone = (seen: string) => seen === 'done'
const open = new AbortController().signal

describe('waiting', () => {
  it('ends at the hint, long before the next poll', async () => {
    const { subscribe, ring, listeners } = bell()
    let state = 'busy'
    const started = performance.now()
    const seen = watchUntil(() => Promise.resolve(state), isDone, { subscribe, ms: 10_000, signal: open })
    setTimeout(() => {
      state = 'done'
      ring()
    }, 50)
    expect(await seen).toBe('done')
    expect(performance.now() - started).toBeLessThan(500)
    expect(listeners.size).toBe(0)
  })

  it('misses nothing that happens while it looks', async () => {
    const { subscribe, ring } = bell()
    let state = 'busy'
    const look = async () => {
      const seen = state
      state = 'done'
      ring()
      return seen
    }
    const started = performance.now()
    expect(await watchUntil(look, isDone, { subscribe, ms: 10_000, signal: open })).toBe('done')
    expect(performance.now() - started).toBeLessThan(500)
  })

  it('needs no hint at all', async () => {
    let looks = 0
    const look = () => Promise.resolve(++looks < 3 ? 'busy' : 'done')
    expect(
      await watchUntil(look, isDone, { subscribe: () => () => undefined, ms: 10_000, signal: open }),
    ).toBe('done')
  })

  it('answers what it saw last when the time is up', async () => {
    const started = performance.now()
    const watch = { subscribe: bell().subscribe, ms: 120, signal: open }
    expect(await watchUntil(() => Promise.resolve('busy'), isDone, watch)).toBe('busy')
    expect(performance.now() - started).toBeGreaterThan(100)
    expect(performance.now() - started).toBeLessThan(900)
  })

  it('ends when the caller is gone, and listens no longer', async () => {
    const controller = new AbortController()
    const { subscribe, listeners } = bell()
    setTimeout(() => controller.abort(), 50)
    const started = performance.now()
    const watch = { subscribe, ms: 60_000, signal: controller.signal }
    expect(await watchUntil(() => Promise.resolve('busy'), isDone, watch)).toBe('busy')
    expect(performance.now() - started).toBeLessThan(900)
    expect(listeners.size).toBe(0)
  })

  it('outlasts a database that is away, but not a fault of our own', async () => {
    let looks = 0
    const shaky = () => {
      looks += 1
      return looks === 1
        ? Promise.reject(new ServiceError('ServiceUnavailable', 'away'))
        : Promise.resolve('done')
    }
    const { subscribe, listeners } = bell()
    expect(await watchUntil(shaky, isDone, { subscribe, ms: 5_000, signal: open })).toBe('done')
    const broken = () => Promise.reject(new TypeError('a bug'))
    await expect(watchUntil(broken, isDone, { subscribe, ms: 5_000, signal: open })).rejects.toThrow('a bug')
    expect(listeners.size).toBe(0)
  })
})
