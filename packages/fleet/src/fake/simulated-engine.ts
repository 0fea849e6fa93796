import type { Certificate, NodeSpec } from '@cacheplane/domain'
import { DEADLINES } from '../core/deadlines.ts'
import { ok, type Call } from '../core/call.ts'
import type {
  ContainerEvent,
  ContainerFacts,
  DockerEngine,
  EdgeBlueprint,
  EngineInfo,
  ImageFacts,
  NetworkBlueprint,
  NetworkFacts,
  NodeBlueprint,
  ObjectFacts,
  TrialBlueprint,
} from '../core/docker-engine.ts'
import {
  isOurs,
  NETWORK_LABEL,
  NODE_LABEL,
  TRIAL_LABEL,
  type Labels,
  type OwnerLabel,
} from '../core/labels.ts'
import type { CallName } from './faults.ts'
import { inputOf, loadDump } from './simulated-dump.ts'
import { giveLogins } from './simulated-logins.ts'
import { IDLE_TRIAL, LOADED, REFUSED } from './simulated-trial.ts'
import { bootedEdge } from './simulated-edge.ts'
import { bootedProcess, newCertificate } from './simulated-process.ts'
import { imageOf, imagesOf } from './simulated-images.ts'
import { clash, portsTaken } from './simulated-ports.ts'
import { putContainer, type MadeContainer } from './put-container.ts'
import { createNetwork, removeNetwork } from './simulated-networks.ts'
import { advanceReplication } from './simulated-replication.ts'
import { carry, type Simulation } from './wire.ts'
import {
  emit,
  factsOf,
  findContainer,
  removeWhere,
  stop,
  type EngineWorld,
  type SimulatedContainer,
} from './world.ts'

const done: Call<void> = { kind: 'ok', value: undefined }
const notFound = (what: string) => ({ kind: 'notFound', because: `No such ${what}` }) as const

/** Answers as a Docker engine does, refusals and their words included, over a world in memory. */
export class SimulatedEngine implements DockerEngine {
  readonly dockerAddress: string

  constructor(
    readonly world: EngineWorld,
    private readonly simulation: Simulation,
    private readonly capacity: Omit<EngineInfo, 'id'>,
    private readonly installation: string,
  ) {
    this.dockerAddress = `fake://${world.engineId}`
  }

  info(): Promise<Call<EngineInfo>> {
    return this.#call('info', DEADLINES.look, () => ok({ id: this.world.engineId, ...this.capacity }))
  }

  containers(ownerId?: string, label: OwnerLabel = NODE_LABEL): Promise<Call<ContainerFacts[]>> {
    return this.#call('listContainers', DEADLINES.look, () =>
      ok(this.#ours(this.world.containers, label, ownerId).map(factsOf)),
    )
  }

  networks(networkId?: string): Promise<Call<NetworkFacts[]>> {
    return this.#call('listNetworks', DEADLINES.look, () =>
      ok(this.#ours(this.world.networks, NETWORK_LABEL, networkId).map((network) => ({ ...network }))),
    )
  }

  volumes(ownerId?: string, label: OwnerLabel = NODE_LABEL): Promise<Call<ObjectFacts[]>> {
    return this.#call('listVolumes', DEADLINES.look, () =>
      ok(this.#ours(this.world.volumes, label, ownerId).map((volume) => ({ ...volume }))),
    )
  }

  images(): Promise<Call<ImageFacts[]>> {
    return this.#call('listImages', DEADLINES.look, () => ok(imagesOf(this.world)))
  }

  inspectContainer(ref: string): Promise<Call<ContainerFacts & { because: string }>> {
    return this.#call('inspectContainer', DEADLINES.look, () => {
      const container = findContainer(this.world, ref)
      return container === undefined
        ? notFound('container')
        : ok({ ...factsOf(container), because: container.because })
    })
  }

  createContainer(blueprint: NodeBlueprint): Promise<Call<void>> {
    return this.#call('createContainer', DEADLINES.create, () => this.#create(blueprint))
  }

  createEdge({ name, labels, spec }: EdgeBlueprint): Promise<Call<void>> {
    return this.#call('createContainer', DEADLINES.create, () =>
      this.world.missingImages.has('edge')
        ? { kind: 'notFound', because: 'No such image: cacheplane/edge' }
        : this.#put({
            name,
            labels,
            networkName: null,
            imageId: 'edge',
            process: null,
            edge: bootedEdge(spec, this.#newCertificate()),
          }),
    )
  }

  createTrial({ name, labels }: TrialBlueprint): Promise<Call<string>> {
    return this.#call('createContainer', DEADLINES.create, () => {
      const put = this.#put({ name, labels, ...IDLE_TRIAL })
      return put.kind === 'ok' ? ok(findContainer(this.world, name)?.ref ?? '') : put
    })
  }

  lastWords(ref: string): Promise<Call<string>> {
    return this.#call('readLog', DEADLINES.look, () => {
      const container = findContainer(this.world, ref)
      return container === undefined ? notFound('container') : ok(container.log)
    })
  }

  putCertificate(ref: string): Promise<Call<void>> {
    return this.#call('putCertificate', DEADLINES.create, () => {
      const container = findContainer(this.world, ref)
      if (container === undefined) return notFound('container')
      if (container.process !== null) container.process.certificateFile = this.#newCertificate()
      return done
    })
  }

  putLogins(ref: string, spec: NodeSpec): Promise<Call<void>> {
    return this.#call('putLogins', DEADLINES.create, () => giveLogins(this.world, ref, spec))
  }

  startContainer(ref: string): Promise<Call<void>> {
    return this.#call('startContainer', DEADLINES.start, () => this.#start(ref))
  }

  async startFed(ref: string, content: AsyncIterable<Uint8Array>): Promise<Call<void>> {
    const input = await inputOf(content)
    return this.#call('startContainer', DEADLINES.start, () => {
      const container = findContainer(this.world, ref)
      return container === undefined ? notFound('container') : this.#feed(container, input)
    })
  }

  killContainer(ref: string): Promise<Call<void>> {
    return this.#call('killContainer', DEADLINES.kill, () => {
      const container = findContainer(this.world, ref)
      if (container === undefined) return notFound('container')
      if (container.state !== 'running' && container.state !== 'paused')
        return { kind: 'conflict', because: `Container ${ref} is not running` }
      this.#replicate()
      stop(this.world, container, 'it exited with code 137')
      return done
    })
  }

  pauseContainer(ref: string): Promise<Call<void>> {
    return this.#call('pauseContainer', DEADLINES.pause, () => this.#shift(ref, 'running', 'paused'))
  }

  unpauseContainer(ref: string): Promise<Call<void>> {
    return this.#call('unpauseContainer', DEADLINES.pause, () => this.#shift(ref, 'paused', 'running'))
  }

  removeContainer(ref: string): Promise<Call<void>> {
    return this.#call('removeContainer', DEADLINES.remove, () => {
      this.#replicate()
      const container = findContainer(this.world, ref)
      if (container === undefined) return notFound('container')
      removeWhere(this.world.containers, (other) => other === container)
      emit(this.world, { action: 'removed', labels: container.labels })
      return done
    })
  }

  createNetwork(blueprint: NetworkBlueprint): Promise<Call<void>> {
    return this.#call('createNetwork', DEADLINES.network, () =>
      createNetwork(this.world, blueprint, this.simulation.clock.now()),
    )
  }

  removeNetwork(ref: string): Promise<Call<void>> {
    return this.#call('removeNetwork', DEADLINES.network, () => removeNetwork(this.world, ref))
  }

  removeVolume(ref: string): Promise<Call<void>> {
    return this.#call('removeVolume', DEADLINES.remove, () => {
      if (findContainer(this.world, ref) !== undefined)
        return { kind: 'conflict', because: 'volume is in use' }
      return removeWhere(this.world.volumes, (volume) => volume.ref === ref) ? done : notFound('volume')
    })
  }

  watch(onEvent: (event: ContainerEvent) => void): () => void {
    this.world.listeners.add(onEvent)
    return () => this.world.listeners.delete(onEvent)
  }

  async close(): Promise<void> {
    await Promise.resolve()
  }

  #create({ name, labels, networkName, spec }: NodeBlueprint): Call<void> {
    const imageId = imageOf(this.world, spec)
    if (imageId === null) {
      const because = `No such image: cacheplane/engine:${spec.engine}-${spec.engineVersion}`
      return { kind: 'notFound', because }
    }
    const certificate = spec.tls ? this.#newCertificate() : null
    const nowMs = this.simulation.clock.monotonicMs()
    const process = bootedProcess(spec, this.simulation.random, nowMs, certificate)
    return this.#put({ name, labels, networkName, imageId, process, edge: null })
  }

  #put(made: MadeContainer): Call<void> {
    return putContainer(this.world, made, this.simulation.clock.now())
  }

  /** A trial says what it makes of its input, a node begins with it. */
  #feed(container: SimulatedContainer, input: Buffer | null): Call<void> {
    if (container.state !== 'created') return { kind: 'notModified' }
    const dump = loadDump(input ?? undefined)
    if (TRIAL_LABEL in container.labels) {
      if (dump === null) return this.#exit(container, REFUSED)
      Object.assign(container, { state: 'running', log: LOADED })
      return done
    }
    if (dump === null) return { kind: 'refused', because: 'seed damaged: it is no dump' }
    if (container.process !== null) container.process.writes = dump
    return this.#start(container.ref)
  }

  #start(ref: string): Call<void> {
    const container = findContainer(this.world, ref)
    if (container === undefined) return notFound('container')
    if (container.state === 'running' || container.state === 'paused') return { kind: 'notModified' }
    const onNetwork = this.world.networks.some((network) => network.name === container.networkName)
    if (container.edge === null && !onNetwork) {
      return { kind: 'notFound', because: `network ${container.networkName} not found` }
    }
    const because = clash(this.world, container)
    if (because !== null) return { kind: 'refused', because }
    const taken = portsTaken(this.world, container)
    if (taken !== null) return this.#exit(container, taken)
    const { clock, random, timings } = this.simulation
    container.state = 'running'
    container.answersAtMs = clock.monotonicMs() + random.between(...timings.boot)
    emit(this.world, { action: 'started', labels: container.labels })
    return done
  }

  #shift(ref: string, from: 'running' | 'paused', to: 'running' | 'paused'): Call<void> {
    const container = findContainer(this.world, ref)
    if (container === undefined) return notFound('container')
    if (container.state !== from) return { kind: 'conflict', because: `Container ${ref} is not ${from}` }
    this.#replicate()
    container.state = to
    emit(this.world, { action: to === 'paused' ? 'paused' : 'other', labels: container.labels })
    return done
  }

  #exit(container: SimulatedContainer, log: string): Call<void> {
    Object.assign(container, { state: 'exited', because: 'it exited with code 1', log })
    emit(this.world, { action: 'died', labels: container.labels })
    return done
  }

  #ours<T extends { labels: Labels }>(objects: readonly T[], label: string, owner: string | undefined): T[] {
    const ours = objects.filter(({ labels }) => isOurs(labels, this.installation))
    return owner === undefined ? ours : ours.filter(({ labels }) => labels[label] === owner)
  }

  #newCertificate(): Certificate {
    const { random, clock, certificateLifetimeMs } = this.simulation
    return newCertificate(random, clock.now(), certificateLifetimeMs)
  }

  #replicate(): void {
    const { worlds, clock, random } = this.simulation
    advanceReplication(worlds, clock.monotonicMs(), random)
  }

  #call<T>(name: CallName, deadlineMs: number, effect: () => Call<T>): Promise<Call<T>> {
    return carry(this.simulation, this.world, name, deadlineMs, effect)
  }
}
