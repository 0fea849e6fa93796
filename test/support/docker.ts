import { randomBytes } from 'node:crypto'
import { hkdfSync } from 'node:crypto'
import { createServer, type Server } from 'node:net'
import { Secret, type Keyring } from '@cacheplane/domain'
import Docker from 'dockerode'

export const DOCKER_SOCKET = '/var/run/docker.sock'
export const DOCKER_ADDRESS = `unix://${DOCKER_SOCKET}`

/** Label by which everything of ours is found (as in the fleet's labels). */
const INSTALLATION_LABEL = 'dev.cacheplane.installation'
const OWNER_LABELS = ['dev.cacheplane.node', 'dev.cacheplane.edge']

/** Docker itself, for looking and breaking behind the fleet's back. */
export const docker = new Docker({ socketPath: DOCKER_SOCKET })

/** An installation that no other test run and no real service uses. */
export function uniqueInstallation(): string {
  return `test${randomBytes(6).toString('hex')}`
}

/** A second octet for test subnets under 10.x that is unlikely to meet another run's. */
export function uniqueSubnetPrefix(): string {
  return `10.${130 + ((randomBytes(1)[0] ?? 0) % 120)}`
}

/** Removes every container, volume and network that carries the installation's label. */
export async function removeInstallation(installation: string): Promise<void> {
  const filters = { label: [`${INSTALLATION_LABEL}=${installation}`] }
  const containers = await docker.listContainers({ all: true, filters })
  await Promise.all(
    containers.map(({ Id }) => ignoreAbsent(docker.getContainer(Id).remove({ force: true, v: true }))),
  )
  const { Volumes } = await docker.listVolumes({ filters })
  await Promise.all((Volumes ?? []).map(({ Name }) => ignoreAbsent(docker.getVolume(Name).remove())))
  const networks = await docker.listNetworks({ filters })
  await Promise.all(networks.map(({ Id }) => ignoreAbsent(docker.getNetwork(Id).remove())))
}

/** Docker's id of the container of a node or an edge, whatever the incarnation. */
export async function containerIdOf(ownerId: string): Promise<string> {
  const found = await Promise.all(
    OWNER_LABELS.map((label) =>
      docker.listContainers({ all: true, filters: { label: [`${label}=${ownerId}`] } }),
    ),
  )
  const [container] = found.flat()
  if (container === undefined) throw new Error(`no container of ${ownerId}`)
  return container.Id
}

/** Holds a port on 127.0.0.1. */
export async function holdPort(port: number): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return server
}

/** Derives like the real keyring, from a key that only this test run knows. */
export function testKeyring(): Pick<Keyring, 'derive'> {
  const key = randomBytes(32)
  return {
    derive: (label) => new Secret(Buffer.from(hkdfSync('sha256', key, '', label, 32)).toString('base64url')),
  }
}

async function ignoreAbsent(removal: Promise<unknown>): Promise<void> {
  try {
    await removal
  } catch (error) {
    const status = error instanceof Error && 'statusCode' in error ? error.statusCode : null
    if (status !== 404 && status !== 409) throw error
  }
}
