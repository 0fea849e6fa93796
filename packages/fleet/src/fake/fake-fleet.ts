import type { Clock, Fleet } from '@cacheplane/domain'
import { createFleet } from '../core/create-fleet.ts'
import type { DockerEngine } from '../core/docker-engine.ts'
import type { EdgeControl } from '../core/edge-control.ts'
import { INSTALLATION_LABEL, ownerOf } from '../core/labels.ts'
import type { NodeControl } from '../core/node-control.ts'
import { countMutations, noCalls } from './counters.ts'
import type { FakeFleetOptions } from './fake-fleet-options.ts'
import { Faults, type CallName } from './faults.ts'
import { MemoryFiles } from './memory-files.ts'
import { MemoryVault } from './memory-vault.ts'
import { Random } from './random.ts'
import { SimulatedControl } from './simulated-control.ts'
import { connectThrough, discoverThrough, type SimulatedConnection } from './simulated-connection.ts'
import { SimulatedEdgeControl } from './simulated-edge-control.ts'
import { SimulatedEngine } from './simulated-engine.ts'
import { rebooted } from './simulated-process.ts'
import { advanceReplication } from './simulated-replication.ts'
import type { Simulation, Timings, Watchers } from './wire.ts'
import {
  emit,
  emptyWorld,
  removeWhere,
  stop,
  type EngineWorld,
  type SimulatedContainer,
  type SimulatedNetwork,
} from './world.ts'

/** As long as a real probe waits for the answer to a ping. */
const PROBE_SILENT_MS = 1_200
const YEAR_MS = 365 * 86_400_000
const INSTANT: Timings = { call: [0, 0], boot: [0, 0] }

/**
 * Docker engines and cache nodes in memory: the fleet's real code over simulated engines. Driven by the given clock and
 * seed alone, so a run can be replayed. Its controls break things the way the world does.
 */
export class FakeFleet {
  readonly fleet: Fleet
  readonly vault = new MemoryVault()
  readonly foreignFiles = new MemoryFiles()
  readonly faults: Faults
  readonly #options: FakeFleetOptions
  readonly #random: Random
  readonly #counters = noCalls()
  readonly #worlds: EngineWorld[]
  /** An observer of a simulation puts itself here. */
  readonly watchers: Watchers = { onPromotion: () => undefined, onOpening: () => undefined }

  constructor(options: FakeFleetOptions) {
    this.#options = options
    this.#random = new Random(options.seed)
    this.faults = new Faults(this.#random)
    this.#worlds = options.engines.map(({ engineId, address }) => emptyWorld(engineId, address))
    this.fleet = this.fleetOf(options.clock)
  }

  /** The same engines for another worker, whose waiting is done by its own clock, or for another installation. */
  fleetOf(clock: Clock, installation = this.#options.installation): Fleet {
    const { engines, timings = INSTANT, certificateLifetimeMs = YEAR_MS } = this.#options
    const [random, faults, counters] = [this.#random, this.faults, this.#counters]
    const { watchers } = this
    const simulation: Simulation = {
      clock,
      worlds: this.#worlds,
      random,
      faults,
      timings,
      vault: this.vault,
      counters,
      watchers,
      certificateLifetimeMs,
    }
    const controls = new Map<DockerEngine, { node: NodeControl; edge: EdgeControl }>()
    const seats = this.#worlds.map((world, index) => {
      const { cpus, memoryBytes, zones } = found(engines[index], world.engineId)
      const engine = new SimulatedEngine(world, simulation, { cpus, memoryBytes }, installation)
      controls.set(engine, {
        node: new SimulatedControl(world, simulation),
        edge: new SimulatedEdgeControl(world, simulation),
      })
      return { engine, zones, announcedAddress: world.address }
    })
    const controlsOf = (engine: DockerEngine) => found(controls.get(engine), engine.dockerAddress)
    const controlOf = (engine: DockerEngine) => controlsOf(engine).node
    const edgeControlOf = (engine: DockerEngine) => controlsOf(engine).edge
    const { vault, foreignFiles } = this
    return createFleet({ installation, clock, seats, controlOf, edgeControlOf, vault, foreignFiles })
  }

  /** What stands where, for invariant checks. Live objects: read them, change them only through the controls. */
  world(): readonly EngineWorld[] {
    return this.#worlds
  }

  /** Calls that reached an engine or node, by name. */
  counters(): Readonly<Record<CallName, number>> {
    return { ...this.#counters }
  }

  /** How many calls so far may have changed something; a converged system adds none. */
  mutations(): number {
    return countMutations(this.#counters)
  }

  setEngine(engineId: string, state: EngineWorld['state']): void {
    this.#world(engineId).state = state
  }

  /** Connects a client to an endpoint; null when nobody is behind it. One who says what he speaks has to be understood. */
  connect(engineId: string, port: number, speaks?: 'plain' | 'tls'): SimulatedConnection | null {
    return connectThrough(this.#worlds, this.#world(engineId), port, speaks)
  }

  /** What a configuration endpoint shows to a client; null when it shows nothing, or nobody is there. */
  discover(engineId: string, port: number): { version: number; nodes: string[] } | null {
    return discoverThrough(this.#world(engineId), port)
  }

  /** The process of a node or an edge dies; the container stays, as with restart policy `no`. */
  kill(ownerId: string, because = 'it exited with code 137'): boolean {
    this.replicate()
    return this.#each(ownerId, 'running', (world, container) => stop(world, container, because))
  }

  /** So many bytes of data that nobody has to write. */
  fill(nodeId: string, bytes: number): boolean {
    return this.#each(nodeId, null, (_, { process }) => {
      if (process !== null) process.ballastBytes = bytes
    })
  }

  /** What others of its cluster become does not reach the node, unless it is spoken to. */
  deafen(nodeId: string, isDeaf: boolean): boolean {
    return this.#each(nodeId, 'running', (_, { process }) => {
      if (process?.cluster) process.cluster.isDeaf = isDeaf
    })
  }

  /** Somebody removes the container behind our back. */
  removeContainer(ownerId: string): boolean {
    this.replicate()
    return this.#each(ownerId, null, (world, container) => {
      removeWhere(world.containers, (other) => other === container)
      emit(world, { action: 'removed', labels: container.labels })
    })
  }

  pause(ownerId: string): boolean {
    this.replicate()
    return this.#each(ownerId, 'running', (world, container) => {
      container.state = 'paused'
      emit(world, { action: 'paused', labels: container.labels })
    })
  }

  resume(ownerId: string): boolean {
    return this.#each(ownerId, 'paused', (_, container) => {
      container.state = 'running'
    })
  }

  /** A node's process stands still, or goes on. */
  hang(nodeId: string, isHung: boolean): boolean {
    this.replicate()
    return this.#each(nodeId, 'running', (_, container) => {
      container.isHung = isHung
    })
  }

  /** Nodes of the engine are slow to copy, and too busy with it to answer; null ends that for copies to come. */
  slowCopies(engineId: string, ms: number | null): void {
    this.#world(engineId).slowCopyMs = ms
  }

  /** Cuts a node off from its network, or connects it again. */
  attach(nodeId: string, attached: boolean): boolean {
    this.replicate()
    return this.#each(nodeId, null, (_, container) => {
      container.attached = attached
    })
  }

  /** Somebody starts it again in place: it comes back closed and empty. */
  restart(nodeId: string): boolean {
    this.replicate()
    return this.#each(nodeId, 'running', (world, container) => {
      stop(world, container, 'it exited with code 0')
      const nowMs = this.#options.clock.monotonicMs()
      if (container.process !== null)
        Object.assign(container.process, rebooted(container.process, this.#random, nowMs))
      const [least, most] = this.#options.timings?.boot ?? INSTANT.boot
      container.state = 'running'
      container.answersAtMs = nowMs + this.#random.between(least, most)
      emit(world, { action: 'started', labels: container.labels })
    })
  }

  /** Pings by all who hold a connection: whoever has heard nothing for long is told, again and again. */
  ping(): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (const { probes } of this.#worlds) {
      for (const probe of probes) {
        if (probe.isAnswered()) probe.heardAtMs = nowMs
        if (nowMs - probe.heardAtMs < PROBE_SILENT_MS) continue
        probe.heardAtMs = nowMs
        probe.onTrouble('it says nothing')
      }
    }
  }

  /** Lets replicas take over what has reached them by now. */
  replicate(): void {
    advanceReplication(this.#worlds, this.#options.clock.monotonicMs(), this.#random)
  }

  /** A container of somebody else's; must be there, unchanged, at the end. */
  addForeignContainer(
    engineId: string,
    name: string,
    labels: Record<string, string> = {},
  ): SimulatedContainer {
    const container: SimulatedContainer = {
      ref: `foreign-${name}`,
      name,
      labels,
      state: 'running',
      because: '',
      createdAt: this.#options.clock.now(),
      answersAtMs: 0,
      networkName: null,
      imageId: 'sha256:foreign',
      attached: true,
      isHung: false,
      process: null,
      edge: null,
      log: '',
    }
    this.#world(engineId).containers.push(container)
    return container
  }

  addForeignNetwork(engineId: string, name: string, subnet: string): SimulatedNetwork {
    const createdAt = this.#options.clock.now()
    const network = { ref: `foreign-${name}`, name, labels: {}, subnet, createdAt }
    this.#world(engineId).networks.push(network)
    return network
  }

  occupyPort(engineId: string, port: number): void {
    this.#world(engineId).occupiedPorts.add(port)
  }

  occupySubnet(engineId: string, subnet: string): void {
    this.#world(engineId).occupiedSubnets.add(subnet)
  }

  /** `image` as in `valkey-8.1`, or `edge`. */
  loseImage(engineId: string, image: string): void {
    this.#world(engineId).missingImages.add(image)
  }

  /** Somebody builds the image again, and something in it is new. */
  rebuildImage(engineId: string, image: string, imageId: string): void {
    this.#world(engineId).rebuiltImages.set(image, imageId)
  }

  #world(engineId: string): EngineWorld {
    const world = this.#worlds.find((candidate) => candidate.engineId === engineId)
    return found(world, engineId)
  }

  #each(
    ownerId: string,
    state: SimulatedContainer['state'] | null,
    act: (world: EngineWorld, container: SimulatedContainer) => void,
  ): boolean {
    const hits = this.#worlds.flatMap((world) =>
      world.containers
        .filter(({ labels }) => labels[INSTALLATION_LABEL] === this.#options.installation)
        .filter((container) => ownerOf(container.labels) === ownerId)
        .filter((container) => state === null || container.state === state)
        .map((container) => ({ world, container })),
    )
    for (const { world, container } of hits) act(world, container)
    return hits.length > 0
  }
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the fake fleet has no ${what}`)
  return value
}
