import type { EngineVersion } from '@cacheplane/domain'

/**
 * Reads the version out of what `<server> --version` prints, e.g. `Redis server v=7.0.15 sha=0 ...`,
 * `memcached 1.6.38`. Null when there is none.
 */
export function parseVersionAnswer(text: string): string | null {
  return /(?:^|[^\d.])(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1] ?? null
}

/** Whether a version with patch level, `7.0.15`, is the version of the catalogue, `7.0`. */
export function isVersionOf(row: Pick<EngineVersion, 'version'>, actual: string): boolean {
  return actual === row.version || actual.startsWith(`${row.version}.`)
}
