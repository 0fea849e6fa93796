import type { Engine, EngineVersion } from '@cacheplane/domain'
import type Docker from 'dockerode'
import { isVersionOf, parseVersionAnswer } from './engine-version-answer.ts'
import { runInImage } from './run-in-image.ts'

const SERVERS: Record<Engine, string> = {
  redis: 'redis-server',
  valkey: 'valkey-server',
  memcached: 'memcached',
}

/** Null when the image runs this very version; otherwise a sentence saying what it runs. */
export async function verifyEngineImage(
  docker: Docker,
  image: string,
  row: EngineVersion,
): Promise<string | null> {
  const server = SERVERS[row.engine]
  try {
    const answer = await runInImage(docker, image, [server, '--version'])
    const actual = parseVersionAnswer(answer)
    if (actual !== null && isVersionOf(row, actual)) return null
    return `its ${server} says it is ${actual ?? JSON.stringify(answer.slice(0, 120))}, not ${row.version}`
  } catch (error) {
    return `its ${server} does not start: ${error instanceof Error ? error.message : String(error)}`
  }
}
