import type { Certificate, ClusterView, NodeRef, NodeSpec, SlotMark, SlotRange } from '@cacheplane/domain'
import type { Call } from '../core/call.ts'
import { COMMAND_MS, CONNECT_MS } from '../core/deadlines.ts'
import type { ContainerEvent } from '../core/docker-engine.ts'
import { NODE_LABEL } from '../core/labels.ts'
import type { Answer, DrainHop, NodeControl, NodeFacts, PeerHop, Source } from '../core/node-control.ts'
import type { CallName } from './faults.ts'
import {
  claimInCluster,
  clusterView,
  followInCluster,
  forgetInCluster,
  meetInCluster,
  takeOverInCluster,
} from './simulated-cluster.ts'
import { drainInCluster, setSlotsInCluster } from './simulated-slots.ts'
import { dumpOf } from './simulated-dump.ts'
import { turnTo } from './simulated-link.ts'
import { newHistoryId, usedMemory } from './simulated-process.ts'
import { advanceReplication, replicationFacts } from './simulated-replication.ts'
import { carry, type Simulation } from './wire.ts'
import { processAt, type EngineWorld, type SimulatedContainer, type SimulatedProcess } from './world.ts'

const done = { kind: 'answered', value: undefined } as const

type Reached = { kind: 'process'; process: SimulatedProcess } | Exclude<Answer<never>, { kind: 'answered' }>

type NodeCall = Extract<
  CallName,
  | `${string}Node`
  | 'followPrimary'
  | 'readDrift'
  | 'readCluster'
  | 'forgetPeers'
  | 'claimSlots'
  | 'setSlots'
  | 'drainSlots'
  | 'holdWrites'
>

/** Speaks to simulated processes. The network to a node does not lead through its engine, so a hung engine is no bar. */
export class SimulatedControl implements NodeControl {
  constructor(
    private readonly world: EngineWorld,
    private readonly simulation: Simulation,
  ) {}

  read(node: NodeRef): Promise<Answer<NodeFacts>> {
    return this.#talk('readNode', node, (process, nowMs) => {
      const { version, runId, role, open, maxmemoryBytes } = process
      const replication = replicationFacts(this.simulation.worlds, process, nowMs)
      const clusterNodeId = process.cluster?.id ?? null
      const usedMemoryBytes = usedMemory(process)
      return { version, runId, role, open, maxmemoryBytes, usedMemoryBytes, clusterNodeId, replication }
    })
  }

  open(node: NodeSpec): Promise<Answer<void>> {
    return this.#talk('openNode', node, (process) => {
      this.simulation.watchers.onOpening(process)
      process.open = true
      process.authenticates = node.authToken !== null
      process.tokens = tokensOf(node)
      process.replicasAdmitted = node.nodeGroupId !== null
    })
  }

  close(node: NodeRef): Promise<Answer<void>> {
    return this.#talk('closeNode', node, (process) => {
      process.open = false
      process.replicasAdmitted = false
    })
  }

  async follow(node: NodeSpec, source: Source): Promise<Answer<void>> {
    if (source.inCluster !== null) return this.#followInCluster(node, source, source.inCluster.clusterNodeId)
    const { host, port, tls } = source
    return this.#talk('followPrimary', node, (process, nowMs) => {
      if (process.link?.host === host && process.link.port === port) return
      turnTo(process, { host, port, tls }, nowMs)
    })
  }

  /** As an engine: whoever is not known is met first, and a primary that has something does not follow. */
  async #followInCluster(node: NodeSpec, source: Source, primaryId: string): Promise<Answer<void>> {
    const answer = await this.#talk('followPrimary', node, (process, nowMs): Answer<void> => {
      const { cluster } = process
      if (cluster === null) return { kind: 'silent', because: 'it is not in cluster mode' }
      const primary = cluster.peers.get(primaryId)
      if (primary === undefined) {
        meetInCluster(this.simulation.worlds, this.world, cluster, source, nowMs)
        return { kind: 'busy', because: 'it gets to know its primary' }
      }
      if (process.link !== null && cluster.primaryId === primaryId) return done
      const isEmpty = process.writes.length === 0 && cluster.slots.length === 0
      if (process.link === null && !isEmpty) return { kind: 'silent', because: 'it is not empty' }
      followInCluster(process, primaryId, primary)
      return done
    })
    return answer.kind === 'answered' ? answer.value : answer
  }

  async cluster(node: NodeRef): Promise<Answer<ClusterView>> {
    const answer = await this.#talk('readCluster', node, clusterView)
    if (answer.kind !== 'answered') return answer
    if (answer.value === null) return { kind: 'silent', because: 'it is not in cluster mode' }
    return { kind: 'answered', value: answer.value }
  }

  meet(node: NodeRef, peers: readonly PeerHop[]): Promise<Answer<void>> {
    return this.#talk('introduceNode', node, ({ cluster }, nowMs) => {
      if (cluster === null) return
      for (const peer of peers) meetInCluster(this.simulation.worlds, this.world, cluster, peer, nowMs)
    })
  }

  forget(node: NodeRef, clusterNodeIds: readonly string[]): Promise<Answer<void>> {
    return this.#talk('forgetPeers', node, ({ cluster }, nowMs) => {
      if (cluster !== null) forgetInCluster(cluster, clusterNodeIds, nowMs)
    })
  }

  async claim(node: NodeRef, slots: readonly SlotRange[], epoch: number): Promise<Answer<void>> {
    const answer = await this.#talk(
      'claimSlots',
      node,
      ({ cluster }) => cluster !== null && claimInCluster(cluster, slots, epoch),
    )
    if (answer.kind !== 'answered') return answer
    return answer.value ? done : { kind: 'silent', because: 'a slot is somebody else’s' }
  }

  async setSlots(node: NodeRef, slots: readonly SlotRange[], as: SlotMark): Promise<Answer<void>> {
    const answer = await this.#talk('setSlots', node, (process) => setSlotsInCluster(process, slots, as))
    if (answer.kind !== 'answered') return answer
    return answer.value === null ? done : { kind: 'busy', because: answer.value }
  }

  drain(node: NodeRef, slots: readonly SlotRange[], to: DrainHop) {
    return this.#talk('drainSlots', node, (process) => drainInCluster(process, slots, to.clusterNodeId))
  }

  promote(node: NodeSpec): Promise<Answer<void>> {
    return this.#talk('promoteNode', node, (process, nowMs) => {
      if (process.link === null && !process.lends) return
      this.simulation.watchers.onPromotion(process)
      process.lends = false
      this.#lead(process, nowMs)
      if (process.cluster !== null) takeOverInCluster(process.cluster)
    })
  }

  drift(node: NodeSpec, parameters: Readonly<Record<string, string>>): Promise<Answer<string[]>> {
    return this.#talk('readDrift', node, (process) => driftOf(process, node, parameters))
  }

  /** As the real one, it gives no order where nothing differs. */
  async configure(node: NodeSpec, parameters: Readonly<Record<string, string>>): Promise<Answer<void>> {
    const drift = await this.drift(node, parameters)
    if (drift.kind !== 'answered') return drift
    if (drift.value.length === 0) return { kind: 'answered', value: undefined }
    return this.#talk('configureNode', node, (process) => {
      for (const name of drift.value) {
        if (name !== AUTH_TOKEN) process.parameters[name] = parameters[name] ?? ''
        else if (process.open) process.tokens = tokensOf(node)
      }
      process.authenticates = process.tokens.length > 0
      if (parameters.maxmemory !== undefined) process.maxmemoryBytes = Number(parameters.maxmemory)
    })
  }

  async save<T>(node: NodeRef, sink: (content: AsyncIterable<Uint8Array>) => Promise<T>): Promise<Answer<T>> {
    const dump = await this.#talk('saveNode', node, ({ writes }) => dumpOf(writes))
    if (dump.kind !== 'answered') return dump
    return { kind: 'answered', value: await sink(inOnePiece(dump.value)) }
  }

  certificate(node: NodeRef): Promise<Answer<Certificate | null>> {
    return this.#talk('showNode', node, (process) => process.certificate)
  }

  readCertificate(node: NodeRef): Promise<Answer<void>> {
    return this.#talk('renewNode', node, (process) => {
      process.certificate = process.certificateFile
    })
  }

  hold(node: NodeRef, ms: number): Promise<Answer<void>> {
    return this.#talk('holdWrites', node, (process, nowMs) => {
      process.heldUntilMs = nowMs + ms
    })
  }

  lend(node: NodeRef): Promise<Answer<void>> {
    return this.#talk('lendNode', node, (process, nowMs) => {
      process.lends = true
      this.#lead(process, nowMs)
    })
  }

  /** On a history of its own, which knows where the old one ended. */
  #lead(process: SimulatedProcess, nowMs: number): void {
    if (process.link === null) return
    process.role = 'primary'
    process.pingsSinceMs = nowMs
    process.link = null
    process.formerHistoryId = process.historyId
    process.historyId = newHistoryId(this.simulation.random)
  }

  async listens({ ip, port }: NodeRef): Promise<boolean | null> {
    const container = this.world.containers.find(({ process }) => process?.ip === ip && process.port === port)
    await Promise.resolve()
    // A container's network goes a moment after its process.
    if (container === undefined || !container.attached) return null
    return container.state === 'running' || container.state === 'paused'
  }

  /** Told when the process that it was connected to is no longer there, and when pings find it silent. */
  probe(node: NodeRef, onTrouble: (because: string) => void): () => void {
    const listener = ({ action, labels }: ContainerEvent) => {
      if (action === 'died' && labels[NODE_LABEL] === node.nodeId) onTrouble('it closed the connection')
    }
    const probe = {
      isAnswered: () => this.world.state !== 'dark' && this.#reach(node).kind === 'process',
      onTrouble,
      heardAtMs: this.simulation.clock.monotonicMs(),
    }
    this.world.listeners.add(listener)
    this.world.probes.add(probe)
    return () => {
      this.world.listeners.delete(listener)
      this.world.probes.delete(probe)
    }
  }

  async #talk<T>(name: NodeCall, node: NodeRef, act: (process: SimulatedProcess, nowMs: number) => T) {
    const { clock, worlds, random } = this.simulation
    const alwaysUp = { ...this.world, state: this.world.state === 'dark' ? 'dark' : 'up' } as const
    const call = await carry(this.simulation, alwaysUp, name, COMMAND_MS, (): Call<Answer<T>> => {
      const nowMs = clock.monotonicMs()
      advanceReplication(worlds, nowMs, random)
      const reached = this.#reach(node)
      const value: Answer<T> =
        reached.kind === 'process' ? { kind: 'answered', value: act(reached.process, nowMs) } : reached
      return { kind: 'ok', value }
    })
    const answer: Answer<T> =
      call.kind === 'ok' ? call.value : { kind: 'silent', because: 'it did not answer in time' }
    if (answer.kind === 'silent' && this.simulation.timings.call[1] > 0) await clock.sleep(CONNECT_MS)
    return answer
  }

  #reach({ nodeId, incarnation, engine, ip, port }: NodeRef): Reached {
    const container = processAt(this.world, ip, port)
    if (container === undefined || container.process === null)
      return { kind: 'absent', because: 'nothing listens at its address' }
    if (container.state === 'paused' || !container.attached || isSpeechless(this.world, container))
      return { kind: 'silent', because: 'it did not answer in time' }
    if (container.answersAtMs > this.simulation.clock.monotonicMs()) {
      return { kind: 'absent', because: 'it does not listen yet' }
    }
    const { process } = container
    const expires = process.certificate?.notAfter.getTime() ?? Infinity
    if (expires <= this.simulation.clock.now().getTime())
      return { kind: 'stranger', because: 'its certificate has expired' }
    const same = process.nodeId === nodeId && process.incarnation === incarnation
    if (!same && engine !== 'memcached') return { kind: 'stranger', because: 'it refused our login' }
    return { kind: 'process', process }
  }
}

/** Its process stands still, or has no time to answer. */
function isSpeechless({ slowCopyMs }: EngineWorld, { isHung, process }: SimulatedContainer): boolean {
  return isHung || (slowCopyMs !== null && process?.link?.state === 'syncing')
}

async function* inOnePiece(content: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(content)
}

const AUTH_TOKEN = 'auth-token'

const tokensOf = ({ authToken, formerAuthToken }: NodeSpec): string[] =>
  [authToken, formerAuthToken].flatMap((token) => (token === null ? [] : [token.reveal()]))

function driftOf(
  { engine, open, tokens, parameters: has, maxmemoryBytes }: SimulatedProcess,
  node: NodeSpec,
  parameters: Readonly<Record<string, string>>,
): string[] {
  if (engine === 'memcached') return []
  const actual: Record<string, string> = { ...has, maxmemory: String(maxmemoryBytes) }
  const names = Object.keys(parameters).filter((name) => actual[name] !== parameters[name])
  const isDrifted = open && tokens.join(' ') !== tokensOf(node).join(' ')
  return isDrifted ? [...names, AUTH_TOKEN] : names
}
