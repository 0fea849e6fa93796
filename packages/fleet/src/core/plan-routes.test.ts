import type { Hop } from '@cacheplane/domain'
import { expect, test } from 'vitest'
import type { ServerFacts, ServerName, SlotFacts } from './edge-control.ts'
import { planRoutes } from './plan-routes.ts'

const hop = (name: string): Hop => ({ host: name, port: 10_000 })
const server = (name: ServerName, at: string | null, sessions = 0): ServerFacts => ({
  name,
  hop: at === null ? null : hop(at),
  sessions,
})

function slot(primary: string | null, ...readers: (string | null)[]): SlotFacts {
  return {
    slot: 0,
    primary: server('primary', primary),
    fallback: server('fallback', primary),
    readers: readers.map((at, index) => server(`reader${index + 1}`, at)),
  }
}

test('what is as wanted is left alone, whatever the order of the readers', () => {
  const wanted = { primary: hop('a'), readers: [hop('c'), hop('b')] }
  expect(planRoutes(slot('a', 'b', null, 'c'), wanted)).toEqual({ cut: [], open: [] })
})

test('a new primary is opened for writers and as what readers fall back to, after the old one was cut', () => {
  expect(planRoutes(slot('a', 'b'), { primary: hop('c'), readers: [hop('b')] })).toEqual({
    cut: ['primary', 'fallback'],
    open: [
      { server: 'primary', hop: hop('c') },
      { server: 'fallback', hop: hop('c') },
    ],
  })
})

test('a reader that becomes the primary is cut as a reader, and the others stay', () => {
  const plan = planRoutes(slot('a', 'b', 'c'), { primary: hop('b'), readers: [hop('c')] })
  expect(plan.cut).toEqual(['primary', 'fallback', 'reader1'])
  expect(plan.open.map(({ server: name }) => name)).toEqual(['primary', 'fallback'])
})

test('a new reader takes the place of one that goes', () => {
  expect(planRoutes(slot('a', 'b', null), { primary: hop('a'), readers: [hop('c')] })).toEqual({
    cut: ['reader1'],
    open: [{ server: 'reader1', hop: hop('c') }],
  })
})

test('connections that a lost answer left on a closed server are cut', () => {
  const facts = { ...slot(null), primary: server('primary', null, 3) }
  expect(planRoutes(facts, { primary: null, readers: [] })).toEqual({ cut: ['primary'], open: [] })
})
