import { expect, it } from 'vitest'
import { aServingReading } from '../../../../test/support/builders.ts'
import type { NodeReading } from '../ports/node-reading.ts'
import { mayHaveCopy } from './may-have-copy.ts'

const because = 'x'

it('a member that answers tells by itself whether it was let in, whatever its row says', () => {
  expect(mayHaveCopy(false, aServingReading({ open: true }))).toBe(true)
  expect(mayHaveCopy(true, aServingReading({ open: false }))).toBe(false)
})

it('a member that does not answer may have been let in before its row said so', () => {
  for (const kind of ['frozen', 'silent', 'unreachable', 'unknown'] as const)
    expect(mayHaveCopy(false, { kind, because } satisfies NodeReading)).toBe(true)
})

it('a dead member has nothing, and one that boots has what it was let in with', () => {
  expect(mayHaveCopy(true, { kind: 'dead', because })).toBe(false)
  expect(mayHaveCopy(false, { kind: 'starting', because })).toBe(false)
  expect(mayHaveCopy(true, { kind: 'starting', because })).toBe(true)
})
