import { hours } from '../duration.ts'
import { ORPHAN_AGE_MAX_MS } from '../judge-objects.ts'
import type { KnownFile, VaultObject } from '../ports/vault.ts'

/** Longer than anything is being kept: whoever began it has died. */
const PART_AGE_MAX_MS = hours(24)

export interface VaultJudgement {
  /** Unfinished, and nobody will finish them. */
  parts: VaultObject[]
  /** Late effects of whoever kept a file whose row was gone by then. */
  orphans: VaultObject[]
  /** Unknown to the database and too old to be a late effect, or none of ours by their names: somebody must look. */
  strangers: VaultObject[]
  /** Ids of files that rows promise and that are not there. */
  missing: string[]
}

/** Compares what should lie in the vault with what lies there; `found` was listed before `known` was read. */
export function judgeVault(
  known: readonly KnownFile[],
  found: readonly VaultObject[],
  now: Date,
): VaultJudgement {
  const ids = new Set(known.map(({ fileId }) => fileId))
  const there = new Set(found.flatMap(({ kind, fileId }) => (kind === 'file' ? [fileId] : [])))
  const ageMs = ({ changedAt }: VaultObject): number => now.getTime() - changedAt.getTime()
  const unknown = found.filter(({ kind, fileId }) => kind === 'file' && (fileId === null || !ids.has(fileId)))
  const isLate = (one: VaultObject): boolean => one.fileId !== null && ageMs(one) < ORPHAN_AGE_MAX_MS
  return {
    parts: found.filter((one) => one.kind === 'part' && ageMs(one) > PART_AGE_MAX_MS),
    orphans: unknown.filter(isLate),
    strangers: unknown.filter((one) => !isLate(one)),
    missing: known.flatMap(({ fileId, isKept }) => (isKept && !there.has(fileId) ? [fileId] : [])),
  }
}

/** What is wrong with the vault and stays so; what a sweep sees to is not. */
export function findVaultViolations(judgement: VaultJudgement): string[] {
  return [
    ...judgement.missing.map(
      (fileId) => `the vault has not got the file ${fileId} of a snapshot that is available`,
    ),
    ...judgement.strangers.map(({ ref }) => `the vault holds ${ref}, of which no row knows`),
  ]
}
