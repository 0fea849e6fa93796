import type Docker from 'dockerode'
import { existsSync } from 'node:fs'
import { aptInstall, rootPrefix } from './apt.ts'
import { connectDocker, pingEngine } from './docker-client.ts'
import { Obstacle, type Progress } from './say.ts'
import { HOST_ENGINE, startDockerd, waitForEngine } from './start-dockerd.ts'

/** Finds the Docker engine, installing and starting one on a Debian-like machine that has none. */
export async function ensureDockerEngine(
  address: string,
  given: boolean,
  progress: Progress,
): Promise<Docker> {
  const docker = connectDocker(address)
  const state = await pingEngine(docker)
  if (state === 'answers') return docker
  if (state === 'forbidden') {
    throw new Obstacle(
      `The Docker engine at ${address} does not let you in: add yourself to the group docker and log in again.`,
    )
  }
  if (given) {
    throw new Obstacle(
      `DOCKER_HOST names ${address}, but no Docker engine answers there: start it, or unset DOCKER_HOST.`,
    )
  }
  if (process.platform !== 'linux' || (await rootPrefix()) === null) {
    throw new Obstacle(
      'Cacheplane needs a Docker engine, and none answers at /var/run/docker.sock: start Docker, or set DOCKER_HOST.',
    )
  }
  await installAndStart(docker, progress)
  return docker
}

async function installAndStart(docker: Docker, progress: Progress): Promise<void> {
  if (!hasDockerd()) {
    await aptInstall(['docker.io'], 'run cache nodes', progress)
    // Installing the package may have started it already.
    if (await waitForEngine(docker, 3_000)) return
  }
  progress('starting the Docker engine')
  await startDockerd(docker, HOST_ENGINE)
}

function hasDockerd(): boolean {
  return ['/usr/sbin/dockerd', '/usr/bin/dockerd', '/usr/local/bin/dockerd'].some((file) => existsSync(file))
}
