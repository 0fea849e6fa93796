import { seconds, type Clock } from '@cacheplane/domain'
import { describe, expect, it } from 'vitest'
import { HeldLease, LEASE, LeaseLost } from './held-lease.ts'

/** A clock by hand: `pass` moves it, and wakes whoever has slept long enough. */
function handClock() {
  let nowMs = 0
  let sleepers: { untilMs: number; wake: () => void }[] = []
  const clock: Clock = {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleep: (ms) => new Promise((wake) => sleepers.push({ untilMs: nowMs + ms, wake })),
  }
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms
    const due = sleepers.filter((sleeper) => sleeper.untilMs <= nowMs)
    sleepers = sleepers.filter((sleeper) => sleeper.untilMs > nowMs)
    for (const { wake } of due) wake()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { clock, pass }
}

function hold(renew: () => Promise<boolean>) {
  const { clock, pass } = handClock()
  const held = new HeldLease({ workflowId: 'wf-1', token: 1n }, { renew }, clock, 0, LEASE)
  void held.keepAlive()
  return { held, pass }
}

describe('a held lease', () => {
  it('covers effects for as long as it is renewed', async () => {
    const { held, pass } = hold(() => Promise.resolve(true))
    for (let i = 0; i < 30; i++) await pass(seconds(2))
    expect(() => held.assertCovers()).not.toThrow()
  })

  it('covers nothing in its last seconds when it cannot be renewed, so that no effect outlasts it', async () => {
    const { held, pass } = hold(() => Promise.reject(new Error('the database is away')))
    await pass(LEASE.ms - LEASE.marginMs - 1)
    expect(() => held.assertCovers()).not.toThrow()
    await pass(2)
    expect(() => held.assertCovers()).toThrow(LeaseLost)
  })

  it('covers nothing from the moment the database says that another has it', async () => {
    const { held, pass } = hold(() => Promise.resolve(false))
    await pass(seconds(2))
    expect(() => held.assertCovers()).toThrow(LeaseLost)
  })

  it('covers nothing after a process was frozen for longer than it', async () => {
    const { held, pass } = hold(() => Promise.resolve(false))
    await pass(seconds(60))
    expect(() => held.assertCovers()).toThrow(LeaseLost)
  })

  it('covers nothing once it was released', () => {
    const { held } = hold(() => Promise.resolve(true))
    held.release()
    expect(() => held.assertCovers()).toThrow(LeaseLost)
  })
})
