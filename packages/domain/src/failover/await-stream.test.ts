import { describe, expect, it } from 'vitest'
import { aServingReading } from '../../../../test/support/builders.ts'
import type { NodeReading } from '../ports/node-reading.ts'
import { awaitStream } from './await-stream.ts'

const replicaAt = (offset: number, over: { syncing?: boolean; up?: boolean } = {}): NodeReading => {
  const { syncing = false, up = true } = over
  const link = { source: { host: '10.0.0.2', port: 1 }, up, syncing, lastHeardSeconds: 0 }
  return aServingReading({
    role: 'replica',
    replication: {
      historyId: 'h',
      formerHistoryId: null,
      offset,
      keys: 0,
      loading: false,
      replicas: [],
      link,
    },
  })
}

/** What is awaited after each look in turn. */
const after = (looks: NodeReading[], inService = false) =>
  looks.reduce<ReturnType<typeof awaitStream>>(
    (before, reading) => awaitStream(before, reading, inService),
    null,
  )

describe('the stream to a replica', () => {
  it('is known to flow when something came after the complete copy', () => {
    expect(after([replicaAt(0, { syncing: true }), replicaAt(500)])).toEqual({ sinceOffset: 500 })
    expect(after([replicaAt(500), replicaAt(500)])).toEqual({ sinceOffset: 500 })
    expect(after([replicaAt(500), replicaAt(500), replicaAt(514)])).toBeNull()
  })

  it('is awaited again after every copy, also of a replica that is in service', () => {
    expect(after([replicaAt(500)], true)).toBeNull()
    const copying = [replicaAt(500), replicaAt(500, { syncing: true }), replicaAt(900)]
    expect(after(copying, true)).toEqual({ sinceOffset: 900 })
    expect(after([...copying, replicaAt(901)], true)).toBeNull()
  })

  it('is awaited again when the link was lost', () => {
    const lost = [replicaAt(500), replicaAt(500, { up: false }), replicaAt(900)]
    expect(after(lost)).toEqual({ sinceOffset: 900 })
  })

  it('is judged anew of a process that did not answer, unless it was in service', () => {
    const silent: NodeReading = { kind: 'silent', because: 'it does not answer' }
    expect(after([replicaAt(500), silent, replicaAt(900)])).toEqual({ sinceOffset: 900 })
    expect(after([replicaAt(500), silent, replicaAt(900)], true)).toBeNull()
  })
})
