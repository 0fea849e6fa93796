import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { installationPasswords } from './installation.ts'
import { answersOn } from './answers-on.ts'
import { connectDocker } from './docker-client.ts'
import { ensureQueueContainer } from './queue-container.ts'
import type { ServiceConfig } from './service-config.ts'

export type Dependencies = Pick<ServiceConfig, 'installationId' | 'dockerAddress' | 'postgres' | 'queue'>

/** Sees that the database that we run ourselves answers. */
export async function ensurePostgres(
  stateDir: string,
  { postgres }: Dependencies,
): Promise<'running' | 'started' | 'given'> {
  if (postgres === null) return 'given'
  if (await answersOn(postgres.port)) return 'running'
  const { postgres: password } = await installationPasswords(stateDir)
  await startEmbeddedPostgres({ ...postgres, password })
  return 'started'
}

/** Sees that the queue that we run ourselves answers. */
export async function ensureQueue(
  stateDir: string,
  config: Dependencies,
): Promise<'running' | 'started' | 'made' | 'given'> {
  const { queue, installationId, dockerAddress } = config
  if (queue === null) return 'given'
  const { queue: password } = await installationPasswords(stateDir)
  return ensureQueueContainer(connectDocker(dockerAddress), { installationId, port: queue.port, password })
}
