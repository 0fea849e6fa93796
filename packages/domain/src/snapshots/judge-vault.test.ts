import { expect, it } from 'vitest'
import { hours, minutes } from '../duration.ts'
import type { VaultObject } from '../ports/vault.ts'
import { findVaultViolations, judgeVault } from './judge-vault.ts'

const NOW = new Date('2026-11-30T12:00:00Z')
const aged = (ms: number) => new Date(NOW.getTime() - ms)
const file = (fileId: string | null, ageMs: number): VaultObject => ({
  ref: `${fileId ?? 'notes'}.rdb.sealed`,
  kind: 'file',
  fileId,
  changedAt: aged(ageMs),
})
const part = (ageMs: number): VaultObject => ({ ...file(null, ageMs), ref: `p-${ageMs}`, kind: 'part' })
const refs = (objects: readonly VaultObject[]) => objects.map(({ ref }) => ref)

it('leaves what rows know alone, however old', () => {
  const known = [
    { fileId: 'a', isKept: true },
    { fileId: 'b', isKept: false },
  ]
  const judged = judgeVault(known, [file('a', hours(9_000)), file('b', 0)], NOW)
  expect(judged).toEqual({ parts: [], orphans: [], strangers: [], missing: [] })
})

it('takes a young file without a row for a late effect, and an old one or a stranger for something to look at', () => {
  const judged = judgeVault([], [file('young', minutes(59)), file('old', minutes(61)), file(null, 0)], NOW)
  expect(refs(judged.orphans)).toEqual(['young.rdb.sealed'])
  expect(refs(judged.strangers)).toEqual(['old.rdb.sealed', 'notes.rdb.sealed'])
  expect(findVaultViolations(judged)).toHaveLength(2)
})

it('gives up what has been unfinished for a day, and nothing before', () => {
  expect(refs(judgeVault([], [part(hours(25)), part(hours(23))], NOW).parts)).toEqual([`p-${hours(25)}`])
})

it('misses the file of a snapshot that is available, and not one that is being taken', () => {
  const known = [
    { fileId: 'kept', isKept: true },
    { fileId: 'coming', isKept: false },
  ]
  const judged = judgeVault(known, [part(0)], NOW)
  expect(judged.missing).toEqual(['kept'])
  expect(findVaultViolations(judged)).toEqual([expect.stringContaining('kept')])
})
