import type Docker from 'dockerode'
import { followProgress } from './follow-progress.ts'

const PROBE_MS = 3_000
const PULL_MS = 180_000

/**
 * Whether the engine itself reaches a registry that has this image. `no-registry` means that asking for other
 * images is a waste of time, too.
 */
export async function probeRegistry(
  docker: Docker,
  officialImage: string,
): Promise<'has-it' | 'lacks-it' | 'no-registry'> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<'no-registry'>((resolve) => {
    timer = setTimeout(resolve, PROBE_MS, 'no-registry')
  })
  const answer = docker
    .getImage(officialImage)
    .distribution()
    .then(() => 'has-it' as const)
    .catch((error: unknown) => (statusCodeOf(error) === 404 ? 'lacks-it' : 'no-registry'))
  try {
    return await Promise.race([answer, patience])
  } finally {
    clearTimeout(timer)
  }
}

/** Pulls an official image; returns its reference. */
export async function pullOfficialImage(docker: Docker, officialImage: string): Promise<string> {
  const stream = await docker.pull(officialImage, { abortSignal: AbortSignal.timeout(PULL_MS) })
  await followProgress(docker, stream)
  return officialImage
}

function statusCodeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : null
}
