import { hours, VaultDamage, type VaultObject } from '@cacheplane/domain'
import { expect, it } from 'vitest'
import { VaultSweep } from './vault-sweep.ts'

const NOW = new Date('2026-11-30T12:00:00Z')

/** A vault of these objects, and what was done with them. */
function scene(objects: readonly VaultObject[], known: readonly string[], isOurs = true) {
  const done: string[] = []
  const sweep = new VaultSweep({
    vault: {
      list: async () => [...objects],
      find: async (fileId) => {
        if (!isOurs) throw new VaultDamage('sealed under another key')
        return { fileId, bytes: 1, sha256: '' }
      },
      remove: async (fileId) => void done.push(`removed ${fileId}`),
      discard: async (ref) => void done.push(`discarded ${ref}`),
    },
    estate: { knownFiles: async () => known.map((fileId) => ({ fileId, isKept: true })) },
    clock: { now: () => NOW, monotonicMs: () => 0, sleep: async () => undefined },
    log: {
      info: () => undefined,
      warn: (facts: object) => void done.push(`reported ${JSON.stringify(facts)}`),
    },
  })
  return { sweep, done }
}

const file = (fileId: string, ageMs: number): VaultObject => ({
  ref: `${fileId}.rdb.sealed`,
  kind: 'file',
  fileId,
  changedAt: new Date(NOW.getTime() - ageMs),
})

it('removes late effects and dead parts, and leaves files of snapshots', async () => {
  const part = { ...file('half', hours(30)), kind: 'part' as const, fileId: null }
  const { sweep, done } = scene([file('kept', hours(50)), file('late', 1_000), part], ['kept'])
  await sweep.sweep()
  expect(done).toEqual(['discarded half.rdb.sealed', 'removed late'])
})

it('touches nothing that another installation has sealed, and reports it once', async () => {
  const { sweep, done } = scene([file('theirs', 1_000)], [], false)
  await sweep.sweep()
  await sweep.sweep()
  expect(done).toEqual([expect.stringContaining('reported')])
})
