import {
  configuredNode,
  diagnoseNode,
  eventOfCluster,
  nodeRef,
  parameterStatus,
  seconds,
  type Clock,
  type Doorbell,
  type Estate,
  type Fleet,
  type NodeSubject,
  type WorkflowStore,
} from '@cacheplane/domain'
import { requestCheckup } from './monitor.ts'

/** At most this many nodes of an engine in one round of the patrol, whoever was asked longest ago first. */
const NODES_PER_ROUND = 20
/** A node that was asked this recently is left in peace. */
const PEACE_MS = seconds(30)

interface InterviewDeps {
  fleet: Pick<Fleet, 'observeNode' | 'findDrift'>
  estate: Pick<Estate, 'raise' | 'recordEvent' | 'requestCheckup'>
  nodes: Pick<WorkflowStore, 'loadNode'>
  doorbell: Doorbell
  clock: Clock
}

/**
 * Asks nodes themselves how they are. A container that runs need not serve: one that somebody stopped and started again
 * while no worker listened to events has booted closed, and its clients are refused.
 */
export class Interviews {
  readonly #askedAtMs = new Map<string, ReadonlyMap<string, number>>()

  constructor(private readonly deps: InterviewDeps) {}

  /** @param nodeIds the nodes of an engine that should be serving */
  async hold(engineId: string, nodeIds: readonly string[]): Promise<void> {
    const nowMs = this.deps.clock.monotonicMs()
    const before = this.#askedAtMs.get(engineId)
    const asked = nodeIds.map((nodeId) => ({ nodeId, ms: before?.get(nodeId) ?? -Infinity }))
    const next = asked
      .filter(({ ms }) => nowMs - ms >= PEACE_MS)
      .sort((a, b) => a.ms - b.ms)
      .slice(0, NODES_PER_ROUND)
    for (const one of next) one.ms = nowMs
    this.#askedAtMs.set(engineId, new Map(asked.map(({ nodeId, ms }) => [nodeId, ms])))
    await Promise.all(next.map(({ nodeId }) => this.#interview(nodeId)))
  }

  /**
   * Silence says nothing of a node; one that cannot be serving is worth a checkup, and so is one whose container is paused or
   * cut off: nobody may have been watching when that came.
   */
  async #interview(nodeId: string): Promise<void> {
    const subject = await this.deps.nodes.loadNode(nodeId)
    if (subject === null) return
    const reading = await this.deps.fleet.observeNode(nodeRef(subject), 0)
    const { kind } = diagnoseNode(reading)
    if (kind === 'closed' || kind === 'lost' || reading.kind === 'frozen')
      await requestCheckup(this.deps, 'node', nodeId)
    if (kind === 'healthy') await this.#compare(subject)
  }

  /** Somebody may have told the node something by hand. What it is being told right now is no news. */
  async #compare(subject: NodeSubject): Promise<void> {
    const { fleet, estate, doorbell } = this.deps
    const { node, cluster, nodeGroupId } = subject
    if (parameterStatus(cluster, node) === 'applying') return
    const { spec, parameters } = configuredNode(subject)
    const drift = await fleet.findDrift(spec, parameters)
    if (drift === null || drift.length === 0) return
    const message = 'Settings that were changed by hand are set back'
    await estate.recordEvent(
      cluster.accountId,
      eventOfCluster(cluster.cacheClusterId, message, drift.join(', ')),
    )
    const workflowId = await (nodeGroupId === null
      ? estate.raise('node', node.id, 'configure')
      : estate.raise('node-group', nodeGroupId, 'configure'))
    if (workflowId !== null) await doorbell.ring(workflowId)
  }
}
