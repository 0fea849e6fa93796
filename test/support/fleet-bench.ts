import { randomBytes } from 'node:crypto'
import type { Server } from 'node:net'
import type { AuthorityMaterial, Clock } from '@cacheplane/domain'
import { createAuthority, createDockerFleet } from '@cacheplane/fleet'
import { MemoryFiles, MemoryVault } from '@cacheplane/fleet/fake'
import { FreshSpecs, type ContractBench } from '@cacheplane/fleet/contract'
import { discover } from './discovery-client.ts'
import {
  containerIdOf,
  docker,
  DOCKER_ADDRESS,
  holdPort,
  removeInstallation,
  testKeyring,
  uniqueInstallation,
  uniqueSubnetPrefix,
} from './docker.ts'
import { connectEndpoint } from './endpoint-client.ts'

const ENGINE_IMAGE = 'cacheplane/engine:valkey-8.1'

export const realClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

export interface DockerBench extends ContractBench {
  authority: AuthorityMaterial
  installation: string
}

const subnets = uniqueSubnetPrefix()
let specs: FreshSpecs | null = null

/** A fleet on the machine's own Docker engine, in an installation of its own. */
export async function openDockerBench(): Promise<DockerBench> {
  const installation = uniqueInstallation()
  const authority = await createAuthority()
  const keyring = testKeyring()
  const zones = [{ name: 'test-1a', dockerAddress: DOCKER_ADDRESS, announcedAddress: '127.0.0.1' }]
  const vault = new MemoryVault()
  const parts = {
    zones,
    keyring,
    authority: async () => authority,
    vault,
    foreignFiles: new MemoryFiles(),
    clock: realClock,
    log: { warn: () => undefined },
  }
  const fleet = createDockerFleet({ installation, ...parts })
  const neighbour = createDockerFleet({ installation: uniqueInstallation(), ...parts })
  const [engine] = await fleet.survey()
  await neighbour.survey()
  if (engine?.reachable !== true) throw new Error(`no Docker engine: ${engine?.because}`)
  const fresh = (specs ??= new FreshSpecs(engine.engineId, subnets, 22_000 + (randomBytes(1)[0] ?? 0) * 16))
  const servers: Server[] = []
  const strangers: string[] = []

  return {
    fleet,
    neighbour,
    authority,
    installation,
    engineId: engine.engineId,
    freshNetwork: () => fresh.network(),
    freshNode: (network, variant) => fresh.node(network, variant),
    freshEdge: (kind) => fresh.edge(2, kind),
    discover: (port) => discover(port),
    connect: (port) => connectEndpoint(port),
    kill: async (ownerId) => {
      await docker
        .getContainer(await containerIdOf(ownerId))
        .kill()
        .catch(() => undefined)
    },
    vanish: async (nodeId) =>
      void (await docker.getContainer(await containerIdOf(nodeId)).remove({ force: true })),
    occupyPort: async (port) => void servers.push(await holdPort(port)),
    addForeignContainer: async () => {
      const name = `stranger-${randomBytes(4).toString('hex')}`
      strangers.push(name)
      await docker.createContainer({ name, Image: ENGINE_IMAGE, Cmd: ['valkey-server'] })
      return name
    },
    stateOf: async (name) => {
      const inspected = await docker
        .getContainer(name)
        .inspect()
        .catch(() => null)
      return inspected?.State.Status ?? null
    },
    close: async () => {
      await Promise.all([fleet.close(), neighbour.close()])
      await removeInstallation(installation)
      await Promise.all(strangers.map((name) => docker.getContainer(name).remove({ force: true })))
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}
