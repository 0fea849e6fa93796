import type { EngineVersion } from '@cacheplane/domain'

/** What the names of all of them match, as Docker matches names. */
export const ANY_ENGINE_IMAGE = 'cacheplane/engine:*'

/** The name under which every engine keeps the image of this version, wherever it came from. */
export function engineImageTag(row: Pick<EngineVersion, 'engine' | 'version'>): string {
  return `cacheplane/engine:${row.engine}-${row.version}`
}
