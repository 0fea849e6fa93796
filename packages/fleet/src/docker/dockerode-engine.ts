import type { NodeSpec } from '@cacheplane/domain'
import Docker, { type ContainerCreateOptions } from 'dockerode'
import { DIRECTORY, UID } from '../config/node-files.ts'
import { ok, type Call } from '../core/call.ts'
import { DEADLINES } from '../core/deadlines.ts'
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
import { INSTALLATION_LABEL, NETWORK_LABEL, NODE_LABEL, type OwnerLabel } from '../core/labels.ts'
import { ANY_ENGINE_IMAGE } from '../images/engine-image-tag.ts'
import { bridgeGateway } from './bridge-gateway.ts'
import { CallGate } from './call-gate.ts'
import { containerOptions, edgeOptions } from './container-options.ts'
import { followEvents } from './event-stream.ts'
import {
  engineInfo,
  inspectedContainer,
  listedContainer,
  listedImage,
  listedNetwork,
  listedVolume,
  listOf,
  volumesOf,
} from './facts.ts'
import {
  forgeCertificate,
  forgeCommand,
  forgeEdgeFiles,
  forgeFiles,
  forgeLogins,
  type Forge,
} from './forge-files.ts'
import { parseDockerAddress } from './parse-docker-address.ts'
import { servesBridge } from './reach.ts'
import { attachInput, feedContainer } from './feed-input.ts'
import { tar, type TarFile } from './tar.ts'
import { trialOptions } from './trial-options.ts'

const LINES = 40

/** As much of a logger as the fleet needs. */
export interface Log {
  warn(facts: object, message: string): void
}

export interface DockerodeEngineOptions {
  dockerAddress: string
  installation: string
  /** Host address on which nodes' ports are published. */
  publishAddress: string
  /** Nodes of a group may be on other engines, too, and have to reach one another. */
  hasSisters: boolean
  /** How long a node may take to accept a connection of an edge. */
  connectMs: number
  forge: Forge
  log: Log
}

/** A Docker engine over its API. Nothing outside of this folder sees dockerode. */
export class DockerodeEngine implements DockerEngine {
  readonly dockerAddress: string
  readonly #docker: Docker
  /** Events hold their connection for hours; they must not take a place from the calls. */
  readonly #eventDocker: Docker
  readonly #gate = new CallGate()
  readonly #closing = new AbortController()

  constructor(private readonly options: DockerodeEngineOptions) {
    this.dockerAddress = options.dockerAddress
    const connect = () => new Docker(parseDockerAddress(options.dockerAddress))
    this.#docker = connect()
    this.#eventDocker = connect()
  }

  info(): Promise<Call<EngineInfo>> {
    return this.#gate.call('info', DEADLINES.look, async () => engineInfo(await this.#docker.info()))
  }

  containers(ownerId?: string, label: OwnerLabel = NODE_LABEL): Promise<Call<ContainerFacts[]>> {
    const filters = this.#ours(label, ownerId)
    return this.#gate.call('list containers', DEADLINES.look, async (abortSignal) =>
      listOf(await this.#docker.listContainers({ all: true, filters, abortSignal })).map(listedContainer),
    )
  }

  networks(networkId?: string): Promise<Call<NetworkFacts[]>> {
    const filters = this.#ours(NETWORK_LABEL, networkId)
    return this.#gate.call('list networks', DEADLINES.look, async (abortSignal) =>
      listOf(await this.#docker.listNetworks({ filters, abortSignal })).map(listedNetwork),
    )
  }

  volumes(ownerId?: string, label: OwnerLabel = NODE_LABEL): Promise<Call<ObjectFacts[]>> {
    const filters = this.#ours(label, ownerId)
    return this.#gate.call('list volumes', DEADLINES.look, async (abortSignal) =>
      volumesOf(await this.#docker.listVolumes({ filters, abortSignal })).map(listedVolume),
    )
  }

  images(): Promise<Call<ImageFacts[]>> {
    const filters = { reference: [ANY_ENGINE_IMAGE] }
    return this.#gate.call('list images', DEADLINES.look, async (abortSignal) =>
      listOf(await this.#docker.listImages({ filters, abortSignal })).flatMap(listedImage),
    )
  }

  inspectContainer(ref: string): Promise<Call<ContainerFacts & { because: string }>> {
    return this.#gate.call('inspect container', DEADLINES.look, async (abortSignal) =>
      inspectedContainer(await this.#docker.getContainer(ref).inspect({ abortSignal })),
    )
  }

  /** The certificate is made while Docker makes the container; both are there before anything starts. */
  createContainer(blueprint: NodeBlueprint): Promise<Call<void>> {
    const { forge } = this.options
    const options = containerOptions(blueprint, forgeCommand(forge, blueprint.spec), this.options)
    return this.#create(options, forgeFiles(forge, blueprint.spec))
  }

  async createEdge(blueprint: EdgeBlueprint): Promise<Call<void>> {
    const { forge, dockerAddress, publishAddress, connectMs } = this.options
    const bridge = servesBridge(dockerAddress, publishAddress) ? await this.#bridgeGateway() : null
    const addresses: [string, ...string[]] = [publishAddress, ...(bridge === null ? [] : [bridge])]
    const files = forgeEdgeFiles(forge, blueprint.spec, { addresses, connectMs })
    return this.#create(edgeOptions(blueprint), files)
  }

  async createTrial(blueprint: TrialBlueprint): Promise<Call<string>> {
    const created = await this.#container(trialOptions(blueprint))
    return created.kind === 'ok' ? ok(created.value.id) : created
  }

  #container(options: ContainerCreateOptions): Promise<Call<Docker.Container>> {
    return this.#gate.call('create container', DEADLINES.create, (abortSignal) =>
      this.#docker.createContainer({ ...options, abortSignal }),
    )
  }

  async #create(options: ContainerCreateOptions, forged: Promise<TarFile[]>): Promise<Call<void>> {
    const [files, created] = await Promise.all([forged, this.#container(options)])
    if (created.kind !== 'ok') return created
    if (files.length === 0) return ok(undefined)
    return this.#putFiles(created.value.id, files)
  }

  async putCertificate(ref: string, spec: NodeSpec): Promise<Call<void>> {
    return this.#putFiles(ref, await forgeCertificate(this.options.forge, spec))
  }

  async putLogins(ref: string, spec: NodeSpec): Promise<Call<void>> {
    const put = await this.#putFiles(ref, forgeLogins(this.options.forge, spec))
    return put.kind === 'ok' ? this.#signal(ref, 'SIGHUP') : put
  }

  #putFiles(ref: string, files: readonly TarFile[]): Promise<Call<void>> {
    return this.#void('put files', DEADLINES.create, (abortSignal) =>
      this.#docker.getContainer(ref).putArchive(tar(files, UID), { path: DIRECTORY, abortSignal }),
    )
  }

  startContainer(ref: string): Promise<Call<void>> {
    return this.#void('start container', DEADLINES.start, (abortSignal) =>
      this.#docker.getContainer(ref).start({ abortSignal }),
    )
  }

  /** What is sent takes its time, and no place from other calls. */
  async startFed(ref: string, content: AsyncIterable<Uint8Array>): Promise<Call<void>> {
    const attached = await this.#gate.call('attach container', DEADLINES.start, (abortSignal) =>
      attachInput(this.#docker.getContainer(ref), abortSignal),
    )
    if (attached.kind !== 'ok') return attached
    const started = await this.startContainer(ref)
    const container = this.#docker.getContainer(ref)
    if (started.kind === 'ok') return feedContainer(container, attached.value, content, DEADLINES.feed)
    attached.value.destroy()
    return started
  }

  killContainer(ref: string): Promise<Call<void>> {
    return this.#signal(ref, 'SIGKILL')
  }

  #signal(ref: string, signal: 'SIGKILL' | 'SIGHUP'): Promise<Call<void>> {
    return this.#void(`send ${signal}`, DEADLINES.kill, (abortSignal) =>
      this.#docker.getContainer(ref).kill({ signal, abortSignal }),
    )
  }

  pauseContainer(ref: string): Promise<Call<void>> {
    return this.#void('pause container', DEADLINES.pause, (abortSignal) =>
      this.#docker.getContainer(ref).pause({ abortSignal }),
    )
  }

  unpauseContainer(ref: string): Promise<Call<void>> {
    return this.#void('unpause container', DEADLINES.pause, (abortSignal) =>
      this.#docker.getContainer(ref).unpause({ abortSignal }),
    )
  }

  lastWords(ref: string): Promise<Call<string>> {
    return this.#gate.call('read log', DEADLINES.look, async () => {
      const log = await this.#docker.getContainer(ref).logs({ stdout: true, stderr: true, tail: LINES })
      // Docker puts eight bytes before every piece; nobody misses what cannot be printed.
      return log.toString('utf8').replace(/[^\n\x20-\x7e]/g, '')
    })
  }

  removeContainer(ref: string): Promise<Call<void>> {
    return this.#void('remove container', DEADLINES.remove, (abortSignal) =>
      this.#docker.getContainer(ref).remove({ force: true, v: true, abortSignal }),
    )
  }

  createNetwork({ name, labels, spec }: NetworkBlueprint): Promise<Call<void>> {
    return this.#void('create network', DEADLINES.network, (abortSignal) =>
      this.#docker.createNetwork({
        Name: name,
        CheckDuplicate: true,
        Driver: 'bridge',
        Labels: { ...labels },
        IPAM: { Driver: 'default', Config: [{ Subnet: spec.subnet, Gateway: spec.gateway }] },
        // Nodes answer who comes in by a published port. A way out of their own have only those with replicas elsewhere.
        Options: { 'com.docker.network.bridge.enable_ip_masquerade': String(this.options.hasSisters) },
        abortSignal,
      }),
    )
  }

  removeNetwork(ref: string): Promise<Call<void>> {
    return this.#void('remove network', DEADLINES.network, (abortSignal) =>
      this.#docker.getNetwork(ref).remove({ abortSignal }),
    )
  }

  removeVolume(ref: string): Promise<Call<void>> {
    return this.#void('remove volume', DEADLINES.remove, (abortSignal) =>
      this.#docker.getVolume(ref).remove({ abortSignal }),
    )
  }

  watch(onEvent: (event: ContainerEvent) => void): () => void {
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, this.#closing.signal])
    const filters = {
      type: ['container' as const],
      label: [`${INSTALLATION_LABEL}=${this.options.installation}`],
    }
    const open = (sinceSeconds: number | null, abortSignal: AbortSignal) => {
      const since = sinceSeconds === null ? {} : { since: sinceSeconds }
      return this.#eventDocker.getEvents({ ...since, filters, abortSignal })
    }
    const onLost = (because: string) =>
      this.options.log.warn({ dockerAddress: this.dockerAddress, because }, 'the event stream is down')
    void followEvents({ open, onLost }, onEvent, signal)
    return () => stop.abort()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.resolve()
  }

  #ours(label: string, owner: string | undefined): { label: string[] } {
    const ours = `${INSTALLATION_LABEL}=${this.options.installation}`
    return { label: owner === undefined ? [ours] : [ours, `${label}=${owner}`] }
  }

  /** Null when there is none, or the engine does not say. */
  async #bridgeGateway(): Promise<string | null> {
    const call = await this.#gate.call('inspect bridge', DEADLINES.look, async () =>
      bridgeGateway(await this.#docker.getNetwork('bridge').inspect()),
    )
    return call.kind === 'ok' ? call.value : null
  }

  async #void(
    name: string,
    deadlineMs: number,
    act: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<Call<void>> {
    const call = await this.#gate.call(name, deadlineMs, act)
    return call.kind === 'ok' ? ok(undefined) : call
  }
}
