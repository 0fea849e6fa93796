import fc from 'fast-check'
import { expect, it } from 'vitest'
import { watchersOf } from './probes.ts'

const workers = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 6 })

it('has every node watched by two workers, or by the only one there is', () => {
  fc.assert(
    fc.property(fc.uuid(), workers, (nodeId, alive) => {
      expect(new Set(watchersOf(nodeId, alive)).size).toBe(Math.min(2, alive.length))
    }),
  )
})

it('moves no node but those of a worker that goes', () => {
  fc.assert(
    fc.property(fc.uuid(), workers, (nodeId, alive) => {
      const before = watchersOf(nodeId, alive)
      for (const gone of alive.filter((worker) => !before.includes(worker))) {
        expect(
          watchersOf(
            nodeId,
            alive.filter((worker) => worker !== gone),
          ),
        ).toEqual(before)
      }
    }),
  )
})
