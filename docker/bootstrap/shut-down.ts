import { connectDocker } from './docker-client.ts'
import { stopEmbeddedPostgres } from './embedded-postgres.ts'
import { readInstallation } from './installation.ts'
import { say, step } from './say.ts'
import { queueName, stopQueueContainer } from './queue-container.ts'
import { readServiceConfig } from './service-config.ts'
import type { Settings } from './settings.ts'
import { stopService } from './supervisor-process.ts'
import { withLock } from './up-lock.ts'

/** Stops everything of the service and nothing of the caches: they go on serving. */
export async function shutDown({ stateDir, dockerAddress }: Settings): Promise<void> {
  const installation = await readInstallation(stateDir)
  if (installation === null) {
    say(`Nothing is installed in ${stateDir}.`)
    return
  }
  await withLock(stateDir, async () => {
    const config = await readServiceConfig(stateDir)
    await step(
      'service',
      () => stopService(stateDir, installation.id),
      (ran) => (ran ? 'stopped' : 'was not running'),
    )
    if (config?.queue !== null) {
      const docker = connectDocker(config?.dockerAddress ?? dockerAddress)
      await step(
        `queue ${queueName(installation.id)}`,
        () => stopQueueContainer(docker, installation.id).then(() => 'stopped', unreachable),
        String,
      )
    }
    if (config?.postgres !== null) {
      await step(
        'Postgres',
        () => stopEmbeddedPostgres(installation.postgresDir),
        () => 'stopped',
      )
    }
  })
}

function unreachable(error: unknown): string {
  return `left alone, the Docker engine cannot be asked: ${error instanceof Error ? error.message : String(error)}`
}
