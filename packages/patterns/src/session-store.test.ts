import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryCache, sessionStore, type SessionStore, type StoredSession } from './index.ts'

type Session = StoredSession & Record<string, unknown>

const cookie = { originalMaxAge: 60_000 }
const FIELDS = ['a', 'b', 'c'] as const

const get = (store: SessionStore) =>
  new Promise<Session | null>((resolve, reject) => {
    store.get('s1', (error, session) =>
      error === null ? resolve((session ?? null) as Session | null) : reject(error),
    )
  })
const set = (store: SessionStore, session: Session) =>
  new Promise<void>((resolve, reject) => {
    store.set('s1', session, (error) => (error === null ? resolve() : reject(error)))
  })

test('whatever requests of one session overlap, no change of a field that only one of them touched is lost', async () => {
  // Each request sets, or removes, fields of its own.
  const change = fc.record({
    removes: fc.boolean(),
    value: fc.integer(),
    pauses: fc.integer({ max: 3, min: 0 }),
  })
  const property = fc.asyncProperty(fc.tuple(change, change, change), async (changes) => {
    const store = sessionStore({ cache: memoryCache() })
    await set(store, { cookie, a: 'old', b: 'old', c: 'old' })
    await Promise.all(
      changes.map(async ({ removes, value, pauses }, i) => {
        const mine = (await get(store)) ?? { cookie }
        for (let n = 0; n < pauses; n += 1) await new Promise((resolve) => setImmediate(resolve))
        const field = FIELDS[i] ?? 'a'
        if (removes) delete mine[field]
        else mine[field] = value
        await set(store, mine)
      }),
    )
    const end = await get(store)
    changes.forEach(({ removes, value }, i) =>
      expect(end?.[FIELDS[i] ?? 'a']).toBe(removes ? undefined : value),
    )
  })
  await fc.assert(property, { numRuns: 100 })
})

test('a session that was destroyed stays so, although a request that had read it ends later', async () => {
  const store = sessionStore({ cache: memoryCache() })
  await set(store, { cookie, user: 'ada' })
  const late = await get(store)
  await new Promise((resolve) => store.destroy('s1', resolve))
  await set(store, { ...late, cookie, seen: true })
  expect(await get(store)).toBeNull()
})

test('a session slides with its use and ends without', async () => {
  let nowMs = 0
  const clock = { now: () => nowMs, sleep: () => Promise.resolve() }
  const store = sessionStore({ cache: memoryCache(clock), clock })
  await set(store, { cookie, user: 'ada' })
  nowMs = 50_000
  await new Promise((resolve) => store.touch('s1', { cookie }, resolve))
  nowMs = 100_000
  expect(await get(store)).toMatchObject({ user: 'ada' })
  nowMs = 110_001
  expect(await get(store)).toBeNull()
})

test('a cache that does not answer is an error of the request, never an empty session', async () => {
  const silent = { ...memoryCache(), get: () => new Promise<never>(() => undefined) }
  await expect(get(sessionStore({ cache: silent, timeoutMs: 10 }))).rejects.toThrow(
    'did not answer within 10 ms',
  )
})
