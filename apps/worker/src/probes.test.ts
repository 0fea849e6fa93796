import fc from 'fast-check'
import { expect, it } from 'vitest'
import { aNode, aNodeSubject } from '../../../test/support/builders.ts'
import { Probes, watchersOf } from './probes.ts'

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

it('asks again for a node that could not be watched yet, and not for one that is', async () => {
  const asked: string[] = []
  let isKnown = false
  const probes = new Probes({
    owner: 'me',
    fleet: { probeNode: ({ nodeId }) => (asked.push(nodeId), isKnown ? () => undefined : null) },
    estate: {
      raise: async () => null,
      requestCheckup: async () => null,
      heartbeat: async () => ['me'],
      servingNodes: async () => [aNodeSubject({ node: aNode({ id: 'node-1' }) })],
    },
    doorbell: { ring: async () => undefined },
    onError: () => undefined,
  })
  await probes.renew()
  isKnown = true
  await probes.renew()
  await probes.renew()
  expect(asked).toEqual(['node-1', 'node-1'])
})
