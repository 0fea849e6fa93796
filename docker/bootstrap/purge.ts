import type Docker from 'dockerode'
import { rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { connectDocker, pingEngine } from './docker-client.ts'
import { readInstallation, STATE_FILES } from './installation.ts'
import { emptyDatabase } from './empty-database.ts'
import { Obstacle, step } from './say.ts'
import { readServiceConfig } from './service-config.ts'
import type { Settings } from './settings.ts'

/**
 * Removes every container, network, volume and row of this installation, and its state. The label decides on the engine:
 * what does not carry this installation's id is not ours, whatever its name.
 */
export async function purge(settings: Settings): Promise<void> {
  const installation = await readInstallation(settings.stateDir)
  if (installation === null) return
  const config = await readServiceConfig(settings.stateDir)
  const zones = config?.environment.CACHEPLANE_ZONES ?? settings.zones
  for (const address of enginesOf(zones, config?.dockerAddress ?? settings.dockerAddress)) {
    await step(
      `Docker engine ${address}`,
      () => purgeEngine(address, installation.id),
      (count) => `${count} objects removed`,
    )
  }
  const databaseUrl = config?.postgres === null ? config.environment.DATABASE_URL : undefined
  if (databaseUrl !== undefined)
    await step(
      'database',
      () => emptyDatabase(databaseUrl),
      () => 'emptied',
    )
  await step(
    'state',
    () => removeState(settings.stateDir, installation.postgresDir),
    () => 'removed',
  )
}

export function enginesOf(zones: string, queueEngine: string): string[] {
  const addresses = zones.split(',').map((zone) =>
    zone
      .trim()
      .replace(/^[^=]*=/, '')
      .replace(/[#@].*$/, ''),
  )
  return [...new Set([queueEngine, ...addresses])]
}

async function purgeEngine(address: string, installationId: string): Promise<number> {
  const docker = connectDocker(address)
  if ((await pingEngine(docker)) !== 'answers') {
    throw new Obstacle(
      `The Docker engine at ${address} does not answer, so its objects cannot be removed: start it and purge again.`,
    )
  }
  const filters = { label: [`dev.cacheplane.installation=${installationId}`] }
  const containers = await docker.listContainers({ all: true, filters })
  await inParallel(containers, ({ Id }) => docker.getContainer(Id).remove({ force: true, v: true }))
  const networks = await docker.listNetworks({ filters })
  await inParallel(networks, ({ Id }) => removeNetwork(docker, Id))
  const { Volumes: volumes } = await docker.listVolumes({ filters })
  await inParallel(volumes, ({ Name }) => docker.getVolume(Name).remove({ force: true }))
  return containers.length + networks.length + volumes.length
}

/** A foreign container in our network is put out of it, but not removed. */
async function removeNetwork(docker: Docker, id: string): Promise<void> {
  const network = docker.getNetwork(id)
  const { Containers: members } = (await network.inspect()) as { Containers?: Record<string, unknown> }
  for (const Container of Object.keys(members ?? {})) await network.disconnect({ Container, Force: true })
  await network.remove()
}

async function inParallel<Item>(
  items: readonly Item[],
  remove: (item: Item) => Promise<unknown>,
): Promise<void> {
  const queue = [...items]
  const workers = Array.from({ length: 4 }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      await remove(item).catch((error: unknown) => {
        if (!isGone(error)) throw error
      })
    }
  })
  await Promise.all(workers)
}

function isGone(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 404
}

/** Only what we made: the folder may have been chosen by hand, and hold other things. */
async function removeState(stateDir: string, postgresDir: string): Promise<void> {
  await rm(postgresDir, { recursive: true, force: true })
  for (const folder of [dirname(postgresDir), dirname(dirname(postgresDir))]) {
    if (!stateDir.startsWith(folder)) await rmdir(folder).catch(() => undefined)
  }
  // The file that tells the installation's id goes last: a purge that was interrupted can be repeated.
  const names = Object.values(STATE_FILES).filter((name) => name !== STATE_FILES.installation)
  for (const name of [...names, STATE_FILES.installation]) {
    await rm(join(stateDir, name), { recursive: true, force: true })
  }
  await rmdir(stateDir).catch(() => undefined)
}
