import type { EngineVersion } from '@cacheplane/domain'
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
  row: EngineVersion,
): Promise<'has-it' | 'lacks-it' | 'no-registry'> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<'no-registry'>((resolve) => {
    timer = setTimeout(resolve, PROBE_MS, 'no-registry')
  })
  const answer = docker
    .getImage(row.officialImage)
    .distribution()
    .then(() => 'has-it' as const)
    .catch((error: unknown) => (statusCodeOf(error) === 404 ? 'lacks-it' : 'no-registry'))
  try {
    return await Promise.race([answer, patience])
  } finally {
    clearTimeout(timer)
  }
}

/** Pulls the official image of this version; returns its reference. */
export async function pullOfficialImage(docker: Docker, row: EngineVersion): Promise<string> {
  const stream = await docker.pull(row.officialImage, { abortSignal: AbortSignal.timeout(PULL_MS) })
  await followProgress(docker, stream)
  return row.officialImage
}

function statusCodeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : null
}
