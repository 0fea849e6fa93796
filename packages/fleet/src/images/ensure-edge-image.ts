import type Docker from 'dockerode'
import { buildDebianImage } from './build-debian-image.ts'
import { EDGE_IMAGE } from './edge-image.ts'
import type { EnsureImagesOptions, ImageReport } from './ensure-engine-images.ts'
import { imageExists, nameImage, sentence } from './image-name.ts'
import { probeRegistry, pullOfficialImage } from './pull-official-image.ts'
import { runInImage } from './run-in-image.ts'

const SOURCES = { officialImage: 'haproxy:3.0', suite: 'trixie', packages: ['haproxy'] } as const
const VERSION = /version 3\.0\./

/** Sees that the engine has the image of edges: what is there stays, otherwise it is pulled, otherwise built. */
export async function ensureEdgeImage(
  docker: Docker,
  options: EnsureImagesOptions = {},
): Promise<Pick<ImageReport, 'tag' | 'outcome' | 'because'>> {
  const tag = EDGE_IMAGE
  if (await imageExists(docker, tag)) return { tag, outcome: 'present' }
  try {
    if (await pull(docker, options)) return { tag, outcome: 'pulled' }
    await options.prepareBuild?.()
    options.onProgress?.(`building ${tag} from ${SOURCES.suite}`)
    const image = await buildDebianImage(docker, SOURCES.suite, SOURCES.packages)
    await adopt(docker, image)
    return { tag, outcome: 'built' }
  } catch (error) {
    return { tag, outcome: 'missing', because: sentence(error) }
  }
}

async function pull(docker: Docker, { onProgress }: EnsureImagesOptions): Promise<boolean> {
  const { officialImage } = SOURCES
  if ((await probeRegistry(docker, officialImage)) !== 'has-it') return false
  onProgress?.(`pulling ${officialImage}`)
  try {
    await adopt(docker, await pullOfficialImage(docker, officialImage))
    return true
  } catch (error) {
    onProgress?.(`${officialImage} is of no use: ${sentence(error)}`)
    return false
  }
}

/** Names the image, if it runs the HAProxy whose command line we know. */
async function adopt(docker: Docker, image: string): Promise<void> {
  const answer = await runInImage(docker, image, ['haproxy', '-v'])
  if (!VERSION.test(answer)) {
    throw new Error(`its haproxy says ${JSON.stringify(answer.slice(0, 120))}, not version 3.0`)
  }
  await nameImage(docker, image, EDGE_IMAGE)
}
