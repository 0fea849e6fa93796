import type { AuthorityMaterial, Clock, Fleet, ForeignFiles, Keyring, Vault } from '@cacheplane/domain'
import { HaproxyControl } from './control/haproxy-control.ts'
import { createNetworkControl } from './control/network-control.ts'
import { createFleet } from './core/create-fleet.ts'
import type { DockerEngine } from './core/docker-engine.ts'
import type { EdgeControl } from './core/edge-control.ts'
import type { NodeControl } from './core/node-control.ts'
import { DockerodeEngine, type Log } from './docker/dockerode-engine.ts'
import { controlHost, hostControlHost, publishAddress } from './docker/reach.ts'
import { issueControlLeaf } from './tls/issue-certificate.ts'

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
  /** Where snapshots are kept. */
  vault: Vault
  /** Where files are imported from. */
  foreignFiles: ForeignFiles
  clock: Clock
  log: Log
  /** Of the certificates of nodes and edges; a year unless told. */
  certificateLifetimeMs?: number
}

/**
 * How long an edge waits for a node; a bridge of the same machine answers within microseconds, or not at all. Between hosts
 * more than a round trip gains nothing, because TCP itself tries again after a second only; and a route to a lost host is
 * cut no sooner than the last that was being connected has given up.
 */
const CONNECT_SAME_ENGINE_MS = 50
const CONNECT_BETWEEN_ENGINES_MS = 200
const YEAR_MS = 365 * 86_400_000

/** The fleet on real Docker engines. Connects to nothing until it is asked for something. */
export function createDockerFleet(options: DockerFleetOptions): Fleet {
  const { installation, zones, keyring, vault, clock, log } = options
  const { certificateLifetimeMs = YEAR_MS } = options
  const authority = remember(options.authority)
  const own = remember(async () => issueControlLeaf(await authority()))
  const controls = new Map<DockerEngine, { node: NodeControl; edge: EdgeControl }>()
  const groups = byEngine(zones)
  const hasSisters = groups.length > 1
  const connectMs = !hasSisters ? CONNECT_SAME_ENGINE_MS : CONNECT_BETWEEN_ENGINES_MS
  const seats = groups.map(([zone, ...others]) => {
    const publish = zone.publishAddress ?? publishAddress(zone.announcedAddress)
    const engine = new DockerodeEngine({
      dockerAddress: zone.dockerAddress,
      installation,
      publishAddress: publish,
      connectMs,
      hasSisters,
      forge: { keyring, authority, hasSisters, certificateLifetimeMs },
      log,
    })
    controls.set(engine, {
      node: createNetworkControl({ keyring, authority, host: controlHost(zone) }),
      edge: new HaproxyControl({
        authority,
        own,
        host: hostControlHost(zone, publish),
        certificateLifetimeMs,
      }),
    })
    const names = [zone, ...others].map(({ name }) => name)
    return { engine, zones: names, announcedAddress: zone.announcedAddress }
  })
  const controlsOf = (engine: DockerEngine) => {
    const control = controls.get(engine)
    if (control === undefined) throw new Error(`no control for the engine at ${engine.dockerAddress}`)
    return control
  }
  return createFleet({
    installation,
    seats,
    controlOf: (engine) => controlsOf(engine).node,
    edgeControlOf: (engine) => controlsOf(engine).edge,
    vault,
    foreignFiles: options.foreignFiles,
    clock,
  })
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
