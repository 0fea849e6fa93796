import { ENGINE_VERSIONS, findEngineVersion, type EngineVersion, type NodeSpec } from '@cacheplane/domain'
import type { ImageFacts } from '../core/docker-engine.ts'
import { engineImageTag } from '../images/engine-image-tag.ts'
import type { EngineWorld } from './world.ts'

/** What the engine's names stand for. */
export function imagesOf(world: EngineWorld): ImageFacts[] {
  return ENGINE_VERSIONS.flatMap((row) => {
    const imageId = imageIdOf(world, row)
    return imageId === null ? [] : [{ tag: engineImageTag(row), imageId }]
  })
}

/** Null when there is none. */
export function imageOf(
  world: EngineWorld,
  { engine, engineVersion }: Pick<NodeSpec, 'engine' | 'engineVersion'>,
): string | null {
  const row = findEngineVersion(engine, engineVersion)
  return row === undefined ? null : imageIdOf(world, row)
}

function imageIdOf(
  { missingImages, rebuiltImages }: EngineWorld,
  { engine, version }: EngineVersion,
): string | null {
  const name = `${engine}-${version}`
  return missingImages.has(name) ? null : (rebuiltImages.get(name) ?? `sha256:${name}`)
}
