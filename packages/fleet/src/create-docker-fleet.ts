import type { AuthorityMaterial, Clock, Fleet, Keyring } from '@cacheplane/domain'
import { createNetworkControl } from './control/network-control.ts'
import { createFleet } from './core/create-fleet.ts'
import type { DockerEngine } from './core/docker-engine.ts'
import type { NodeControl } from './core/node-control.ts'
import { DockerodeEngine, type Log } from './docker/dockerode-engine.ts'
import { controlHost, publishAddress } from './docker/reach.ts'

export interface FleetZone {
  name: string
  /** As in `DOCKER_HOST`: `unix:///…`, `tcp://host:port[?certs=/directory]`, `ssh://user@host`. */
  dockerAddress: string
  /** Where clients reach the published ports of this zone's nodes. */
  announcedAddress: string
  /** Host address to publish on, where it is not what follows from the announced address. */
  publishAddress?: string
}

export interface DockerFleetOptions {
  /** Marks everything we make, so that several installations can share an engine. */
  installation: string
  /** Zones with the same Docker address share an engine; the first of them decides how its nodes are reached. */
  zones: readonly FleetZone[]
  keyring: Pick<Keyring, 'derive'>
  /** The private CA; asked for when the first node with TLS needs it, and then remembered. */
  authority: () => Promise<AuthorityMaterial>
  clock: Clock
  log: Log
  sshOptions?: object
}

/** The fleet on real Docker engines. Connects to nothing until it is asked for something. */
export function createDockerFleet(options: DockerFleetOptions): Fleet {
  const { installation, zones, keyring, clock, log, sshOptions = {} } = options
  const authority = remember(options.authority)
  const controls = new Map<DockerEngine, NodeControl>()
  const seats = byEngine(zones).map(([zone, ...others]) => {
    const engine = new DockerodeEngine({
      dockerAddress: zone.dockerAddress,
      installation,
      publishAddress: zone.publishAddress ?? publishAddress(zone.announcedAddress),
      forge: { keyring, authority },
      log,
      sshOptions,
    })
    controls.set(engine, createNetworkControl({ keyring, authority, host: controlHost(zone) }))
    const names = [zone, ...others].map(({ name }) => name)
    return { engine, zones: names, announcedAddress: zone.announcedAddress }
  })
  const controlOf = (engine: DockerEngine) => {
    const control = controls.get(engine)
    if (control === undefined) throw new Error(`no control for the engine at ${engine.dockerAddress}`)
    return control
  }
  return createFleet({ installation, seats, controlOf, clock })
}

function byEngine(zones: readonly FleetZone[]): [FleetZone, ...FleetZone[]][] {
  const groups = new Map<string, [FleetZone, ...FleetZone[]]>()
  for (const zone of zones) {
    const group = groups.get(zone.dockerAddress)
    if (group === undefined) groups.set(zone.dockerAddress, [zone])
    else group.push(zone)
  }
  return [...groups.values()]
}

function remember<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | null = null
  return async () => {
    loaded ??= load()
    try {
      return await loaded
    } catch (error) {
      loaded = null
      throw error
    }
  }
}
