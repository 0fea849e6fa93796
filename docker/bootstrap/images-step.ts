import { defaultEngineVersion, ENGINE_VERSIONS } from '@cacheplane/domain'
import {
  BUILD_TOOLS,
  engineImageTag,
  ensureEdgeImage,
  ensureEngineImages,
  type ImageReport,
} from '@cacheplane/fleet/images'
import type Docker from 'dockerode'
import { existsSync } from 'node:fs'
import { aptInstall } from './apt.ts'
import { Obstacle, say, step, type Progress } from './say.ts'

/** Sees that the engine has every image. Without the queue's and the edges' there is no service; others are missed. */
export async function imagesStep(docker: Docker): Promise<void> {
  const reports = await step(
    'engine images',
    (onProgress) =>
      ensureEngineImages(docker, ENGINE_VERSIONS, {
        onProgress,
        prepareBuild: () => installTools(onProgress),
      }),
    summarise,
  )
  for (const { row, because } of reports.filter(({ outcome }) => outcome === 'missing')) {
    say(`  ! ${row.engine} ${row.version} cannot be created: ${because ?? 'no image'}`)
  }
  const needed = engineImageTag(defaultEngineVersion('redis'))
  const missing = reports.find(({ tag, outcome }) => tag === needed && outcome === 'missing')
  if (missing !== undefined) {
    throw new Obstacle(`The image ${needed} could neither be pulled nor built: ${missing.because ?? ''}`)
  }
  await edgeImageStep(docker)
}

/** Endpoints of replication groups need it, whatever engine and version they run. */
async function edgeImageStep(docker: Docker): Promise<void> {
  const { tag, outcome, because } = await step(
    'edge image',
    (onProgress) => ensureEdgeImage(docker, { onProgress, prepareBuild: () => installTools(onProgress) }),
    (report) => report.outcome,
  )
  if (outcome === 'missing') {
    throw new Obstacle(`The image ${tag} could neither be pulled nor built: ${because ?? ''}`)
  }
}

function summarise(reports: readonly ImageReport[]): string {
  const counts = (['present', 'pulled', 'built', 'missing'] as const).map((outcome) => ({
    outcome,
    count: reports.filter((report) => report.outcome === outcome).length,
  }))
  return counts
    .filter(({ count }) => count > 0)
    .map(({ outcome, count }) => `${count} ${outcome}`)
    .join(', ')
}

async function installTools(progress: Progress): Promise<void> {
  const present = ['/usr/bin/mmdebstrap', '/usr/share/keyrings/debian-archive-keyring.gpg'].every((file) =>
    existsSync(file),
  )
  if (!present) await aptInstall(BUILD_TOOLS, 'build engine images without a registry', progress)
}
