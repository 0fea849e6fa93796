import type { EdgeSpec, NetworkSpec, NodeSpec, Trial } from '@cacheplane/domain'
import type { Call } from './call.ts'
import type { Labels, OwnerLabel } from './labels.ts'

/**
 * One Docker engine, in the verbs that the fleet needs. Two rooms implement it: the real one over dockerode, and the
 * simulated one of the fake fleet; what the fleet makes of the answers is the same code for both.
 * Lists show only objects with the installation's label.
 */
export interface DockerEngine {
  /** As configured; tells engines apart until they have said their id. */
  readonly dockerAddress: string
  info(): Promise<Call<EngineInfo>>
  /** All of them, or those of one owner: a node, unless the label says otherwise. */
  containers(ownerId?: string, label?: OwnerLabel): Promise<Call<ContainerFacts[]>>
  networks(networkId?: string): Promise<Call<NetworkFacts[]>>
  volumes(ownerId?: string, label?: OwnerLabel): Promise<Call<ObjectFacts[]>>
  /** The names that engines' images go by, and what they stand for now. */
  images(): Promise<Call<ImageFacts[]>>
  /** Whatever carries the name, ours or not. */
  inspectContainer(ref: string): Promise<Call<ContainerFacts & { because: string }>>
  /** Creates the container with its secrets in place; nothing runs yet. Creates again over an unfinished one: conflict. */
  createContainer(blueprint: NodeBlueprint): Promise<Call<void>>
  /** The same for an edge. */
  createEdge(blueprint: EdgeBlueprint): Promise<Call<void>>
  /** And for a trial. Answers Docker's id of it. */
  createTrial(blueprint: TrialBlueprint): Promise<Call<string>>
  /** Puts the files of another certificate in the place of those in a running container. */
  putCertificate(ref: string, spec: NodeSpec): Promise<Call<void>>
  /** The same for who may log in to a Memcached node, whose process is told to read it. */
  putLogins(ref: string, spec: NodeSpec): Promise<Call<void>>
  startContainer(ref: string): Promise<Call<void>>
  /**
   * Starts a container that begins with what it is sent, and sends that to its end. Whatever breaks off ends its input:
   * engines do not take that for the whole. Content that its vault does not vouch for is refused as `seed damaged: …`.
   */
  startFed(ref: string, content: AsyncIterable<Uint8Array>): Promise<Call<void>>
  /** SIGKILL, also for a paused one; conflict when it is not running. */
  killContainer(ref: string): Promise<Call<void>>
  /** Conflict when it is not running, or paused already. */
  pauseContainer(ref: string): Promise<Call<void>>
  /** Conflict when it is not paused. */
  unpauseContainer(ref: string): Promise<Call<void>>
  /** The end of what a container has printed. */
  lastWords(ref: string): Promise<Call<string>>
  /** Kills and removes it. */
  removeContainer(ref: string): Promise<Call<void>>
  createNetwork(blueprint: NetworkBlueprint): Promise<Call<void>>
  removeNetwork(ref: string): Promise<Call<void>>
  removeVolume(ref: string): Promise<Call<void>>
  /** Changes of state of containers with our label; survives lost connections. Returns a function that stops it. */
  watch(onEvent: (event: ContainerEvent) => void): () => void
  close(): Promise<void>
}

export interface EngineInfo {
  /** Docker's own id of the engine; empty when it has none. */
  id: string
  cpus: number
  memoryBytes: number
}

export interface ObjectFacts {
  ref: string
  name: string
  labels: Labels
  createdAt: Date | null
}

/** Why a container has stopped that took more memory than it may have. */
export const OUT_OF_MEMORY = 'it was killed because it used up its memory'

export interface ContainerFacts extends ObjectFacts {
  state: ContainerState
  /** Whether it is connected to any network, the host's included. */
  attached: boolean
  /** Content address of what it was made of, whatever goes by that name now. */
  imageId: string
}

export interface ImageFacts {
  tag: string
  imageId: string
}

export interface NetworkFacts extends ObjectFacts {
  subnet: string | null
}

export type ContainerState = 'created' | 'running' | 'paused' | 'exited' | 'other'

export interface NodeBlueprint {
  name: string
  labels: Labels
  /** Docker's name of the group's network. */
  networkName: string
  spec: NodeSpec
}

export interface EdgeBlueprint {
  name: string
  labels: Labels
  spec: EdgeSpec
}

export interface TrialBlueprint {
  name: string
  labels: Labels
  trial: Trial
}

export interface NetworkBlueprint {
  name: string
  labels: Labels
  spec: NetworkSpec
}

export interface ContainerEvent {
  action: 'started' | 'died' | 'removed' | 'paused' | 'other'
  labels: Labels
}
