import type { EngineVersion } from '@cacheplane/domain'

/** The name under which every engine keeps the image of this version, wherever it came from. */
export function engineImageTag(row: Pick<EngineVersion, 'engine' | 'version'>): string {
  return `cacheplane/engine:${row.engine}-${row.version}`
}
