import type { EngineVersion } from '@cacheplane/domain'
import type Docker from 'dockerode'
import { buildDebianImage, packagesOf } from './build-debian-image.ts'
import { engineImageTag } from './engine-image-tag.ts'
import { imageExists, nameImage, sentence } from './image-name.ts'
import { probeRegistry, pullOfficialImage } from './pull-official-image.ts'
import { verifyEngineImage } from './verify-engine-image.ts'

export interface EnsureImagesOptions {
  onProgress?: (message: string) => void
  /** Called once before the first build: see that `BUILD_TOOLS` are there, or throw a sentence saying why not. */
  prepareBuild?: () => Promise<void>
}

export interface ImageReport {
  row: EngineVersion
  tag: string
  outcome: 'present' | 'pulled' | 'built' | 'missing'
  /** Why it is missing. */
  because?: string
}

/**
 * Sees that every version of the catalogue has an image on this engine, under `engineImageTag(row)`: what is there
 * stays, otherwise the official image is pulled, otherwise it is built from Debian's packages. Each image is run once
 * to see that it is the version it claims to be. Never throws for a single version: it is reported as missing.
 */
export async function ensureEngineImages(
  docker: Docker,
  rows: readonly EngineVersion[],
  options: EnsureImagesOptions = {},
): Promise<ImageReport[]> {
  const reports = new Map<EngineVersion, ImageReport>()
  const settle = (row: EngineVersion, outcome: ImageReport['outcome'], because?: string): void => {
    const tag = engineImageTag(row)
    reports.set(row, { row, tag, outcome, ...(because === undefined ? {} : { because }) })
    if (outcome !== 'present') options.onProgress?.(`${tag}: ${outcome}${because ? `, ${because}` : ''}`)
  }
  const open = (): EngineVersion[] => rows.filter((row) => !reports.has(row))

  for (const row of rows) if (await imageExists(docker, engineImageTag(row))) settle(row, 'present')
  await pullAll(docker, open(), settle, options)
  if (open().length > 0) await buildAll(docker, open(), settle, options)
  return rows.flatMap((row) => reports.get(row) ?? [])
}

type Settle = (row: EngineVersion, outcome: ImageReport['outcome'], because?: string) => void

async function pullAll(
  docker: Docker,
  rows: readonly EngineVersion[],
  settle: Settle,
  options: EnsureImagesOptions,
): Promise<void> {
  for (const row of rows) {
    const probe = await probeRegistry(docker, row.officialImage)
    if (probe === 'no-registry') {
      options.onProgress?.("no registry in reach: images are built from Debian's packages")
      return
    }
    if (probe === 'lacks-it') continue
    options.onProgress?.(`pulling ${row.officialImage}`)
    try {
      const image = await pullOfficialImage(docker, row.officialImage)
      const fault = await verifyEngineImage(docker, image, row)
      if (fault !== null) throw new Error(fault)
      await nameImage(docker, image, engineImageTag(row))
      settle(row, 'pulled')
    } catch (error) {
      options.onProgress?.(`${row.officialImage} is of no use: ${sentence(error)}`)
    }
  }
}

async function buildAll(
  docker: Docker,
  rows: readonly EngineVersion[],
  settle: Settle,
  options: EnsureImagesOptions,
): Promise<void> {
  try {
    await options.prepareBuild?.()
  } catch (error) {
    for (const row of rows) settle(row, 'missing', sentence(error))
    return
  }
  const suites = [...new Set(rows.map((row) => row.debianSuite))]
  await Promise.all(
    suites.map((suite) => {
      const own = rows.filter((row) => row.debianSuite === suite)
      options.onProgress?.(
        `building ${own.map((row) => `${row.engine} ${row.version}`).join(', ')} from ${suite}`,
      )
      return buildSuite(docker, suite, own, settle)
    }),
  )
}

async function buildSuite(
  docker: Docker,
  suite: EngineVersion['debianSuite'],
  rows: readonly EngineVersion[],
  settle: Settle,
): Promise<void> {
  try {
    const id = await buildDebianImage(docker, suite, packagesOf(rows))
    let named = 0
    for (const row of rows) {
      const fault = await verifyEngineImage(docker, id, row)
      if (fault === null) {
        await nameImage(docker, id, engineImageTag(row))
        named += 1
      }
      settle(row, fault === null ? 'built' : 'missing', fault ?? undefined)
    }
    if (named === 0) await docker.getImage(id).remove({ force: true })
  } catch (error) {
    for (const row of rows) settle(row, 'missing', sentence(error))
  }
}
