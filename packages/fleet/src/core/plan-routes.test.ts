import type { Hop } from '@cacheplane/domain'
import { describe, expect, test } from 'vitest'
import type { ServerFacts, ServerName, SlotFacts } from './edge-control.ts'
import { planRoutes, type WantedRoutes } from './plan-routes.ts'
import { wantRoutes, type Reached } from './want-routes.ts'

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
    plain: { primary: server('plain-primary', null), fallback: server('plain-fallback', null), readers: [] },
  }
}

const NOBODY = { primary: null, fallback: null, readers: [] }
const wish = (primary: string | null, ...readers: string[]): WantedRoutes => ({
  primary: primary === null ? null : hop(primary),
  fallback: primary === null ? null : hop(primary),
  readers: readers.map(hop),
  plain: NOBODY,
})

test('what is as wanted is left alone, whatever the order of the readers', () => {
  const wanted = wish('a', 'c', 'b')
  expect(planRoutes(slot('a', 'b', null, 'c'), wanted)).toEqual({ cut: [], open: [] })
})

test('a new primary is opened for writers and as what readers fall back to, after the old one was cut', () => {
  expect(planRoutes(slot('a', 'b'), wish('c', 'b'))).toEqual({
    cut: ['primary', 'fallback'],
    open: [
      { server: 'primary', hop: hop('c') },
      { server: 'fallback', hop: hop('c') },
    ],
  })
})

test('a reader that becomes the primary is cut as a reader, and the others stay', () => {
  const plan = planRoutes(slot('a', 'b', 'c'), wish('b', 'c'))
  expect(plan.cut).toEqual(['primary', 'fallback', 'reader1'])
  expect(plan.open.map(({ server: name }) => name)).toEqual(['primary', 'fallback'])
})

test('a new reader takes the place of one that goes', () => {
  expect(planRoutes(slot('a', 'b', null), wish('a', 'c'))).toEqual({
    cut: ['reader1'],
    open: [{ server: 'reader1', hop: hop('c') }],
  })
})

test('connections that a lost answer left on a closed server are cut', () => {
  const facts = { ...slot(null), primary: server('primary', null, 3) }
  expect(planRoutes(facts, wish(null))).toEqual({ cut: ['primary'], open: [] })
})

describe('clients are led to nodes that understand them', () => {
  const off = (host: string): Reached => ({ host, port: 1, tls: false, plainPort: null })
  const both = (host: string): Reached => ({ host, port: 2, tls: true, plainPort: 3 })
  const secured = (host: string): Reached => ({ host, port: 2, tls: true, plainPort: null })
  const at = ({ host, port }: Hop) => `${host}:${port}`
  /** The primary, where readers go without others, and readers; first for whoever speaks TLS or nothing else is spoken. */
  const led = (primary: Reached | null, ...readers: Reached[]) => {
    const { plain, ...main } = wantRoutes(primary, readers)
    return [main, plain].map((side) =>
      [side.primary, side.fallback, ...side.readers].map((one) => (one === null ? '-' : at(one))).join(' '),
    )
  }

  test.each<[string, Reached | null, Reached[], string[]]>([
    ['nobody takes TLS', off('a'), [off('b')], ['a:1 a:1 b:1', '- -']],
    ['everybody takes TLS alone', secured('a'), [secured('b')], ['a:2 a:2 b:2', '- -']],
    ['everybody takes both', both('a'), [both('b')], ['a:2 a:2 b:2', 'a:3 a:3 b:3']],
    [
      'a replica takes both before its primary',
      off('a'),
      [both('b'), off('c')],
      ['a:1 - b:2', '- a:1 b:3 c:1'],
    ],
    ['a replica takes TLS alone before its primary', both('a'), [secured('b')], ['a:2 a:2 b:2', 'a:3 a:3']],
    ['the primary is not known', null, [both('b'), off('c')], ['- - b:2', '- - b:3 c:1']],
  ])('%s', (_, primary, readers, expected) => {
    expect(led(primary, ...readers)).toEqual(expected)
  })

  test('what takes its place beside TLS is opened under names of its own', () => {
    const plan = planRoutes(slot('a'), wantRoutes({ ...both('a'), port: 10_000 }, []))
    expect(plan).toEqual({
      cut: [],
      open: [
        { server: 'plain-primary', hop: { host: 'a', port: 3 } },
        { server: 'plain-fallback', hop: { host: 'a', port: 3 } },
      ],
    })
  })
})
