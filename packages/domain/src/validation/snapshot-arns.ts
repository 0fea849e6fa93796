import type { ForeignFile } from '../ports/backups.ts'
import type { Findings } from './findings.ts'

const ARN = /^arn:aws:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/([^,\p{Cc}]{1,1024}\.rdb)$/u
const LIKE = 'as in arn:aws:s3:::bucket/path/file.rdb, without commas.'

/** RDB files in buckets, at least one; `atMost` is how many can be made use of. */
export function readArns(findings: Findings, arns: readonly string[], atMost: number): ForeignFile[] {
  const found = arns.map((arn) => ARN.exec(arn))
  const isMeant = arns.length > 0 && arns.length <= atMost && new Set(arns).size === arns.length
  if (!isMeant || found.includes(null)) {
    const files = atMost === 1 ? 'exactly one RDB file' : `one to ${atMost} different RDB files`
    findings.value('snapshotArns', `snapshotArns names ${files}, ${LIKE}`)
  }
  return found.map((match) => ({ bucket: match?.[1] ?? '', key: match?.[2] ?? '' }))
}

/** What a new cache is to begin with; none when nothing is said. */
export function checkSeedArns(
  findings: Findings,
  {
    snapshotArns = [],
    snapshotName,
  }: { snapshotArns?: string[] | undefined; snapshotName?: string | undefined },
  atMost: number,
): ForeignFile[] {
  if (snapshotArns.length === 0) return []
  if (snapshotName !== undefined)
    findings.combination('snapshotArns', 'Use either snapshotName or snapshotArns, not both.')
  return readArns(findings, snapshotArns, atMost)
}
