import { ENGINE_VERSIONS } from '@cacheplane/domain'
import { expect, test } from 'vitest'
import { engineImageTag } from './engine-image-tag.ts'

test('no two versions share an image tag', () => {
  const tags = ENGINE_VERSIONS.map(engineImageTag)
  expect(new Set(tags).size).toBe(ENGINE_VERSIONS.length)
})

test('a tag is what the engine accepts as a reference', () => {
  for (const row of ENGINE_VERSIONS)
    expect(engineImageTag(row)).toMatch(/^cacheplane\/engine:[a-z0-9][a-z0-9.-]*$/)
})
