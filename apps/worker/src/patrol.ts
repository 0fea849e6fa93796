import {
  judgeObjects,
  type Clock,
  type Doorbell,
  type Estate,
  type ExpectedObjects,
  type Fleet,
  type FleetObject,
  type WorkflowStore,
} from '@cacheplane/domain'
import type { Logger } from 'pino'
import { Interviews } from './interviews.ts'
import { requestCheckup } from './monitor.ts'

export const PATROL_EVERY_MS = 5_000

type ExpectedEdge = ExpectedObjects['edges'][number]

interface PatrolDeps {
  fleet: Fleet
  estate: Estate
  nodes: Pick<WorkflowStore, 'loadNode'>
  doorbell: Doorbell
  clock: Clock
  log: Logger
}

/**
 * Compares each engine with the database, for what events have missed: raises a checkup for each node that is not
 * running or does not serve and for an engine that lost a spare network, removes late effects that no row owns, and reports what it dares not touch.
 */
export class Patrol {
  readonly #reported = new Set<string>()

  readonly #interviews: Interviews

  constructor(private readonly deps: PatrolDeps) {
    this.#interviews = new Interviews(deps)
  }

  async walk(): Promise<void> {
    const reports = await this.deps.fleet.survey()
    const { estate, doorbell } = this.deps
    await estate.recordSurvey(reports)
    const edges = [...(await estate.ensureFreeEndpoints()), ...(await estate.retireEdges())]
    for (const workflowId of edges) await doorbell.ring(workflowId)
    const reachable = reports.filter((report) => report.reachable)
    await Promise.all(reachable.map(({ engineId }) => this.#inspect(engineId)))
    await Promise.all(reachable.map(({ engineId }) => this.#compareImages(engineId)))
    const due = [
      ...(await estate.applyDueUpdates()),
      ...(await estate.applyDueNodes()),
      ...(await estate.applySnapshotSchedules()),
    ]
    for (const workflowId of due) await doorbell.ring(workflowId)
  }

  async #inspect(engineId: string): Promise<void> {
    const { fleet, estate, clock } = this.deps
    // Found before expected: a node made in between is then expected and not found, which a checkup settles,
    // whereas the other order would show it as an orphan.
    const found = await fleet.inventory(engineId)
    if (found.kind === 'unknown') return
    const expected = await estate.expectedObjects(engineId)
    const { missing, missingEdges, lostSpares, orphans, strangers } = judgeObjects(
      expected,
      found.objects,
      clock.now(),
    )
    for (const { nodeId } of missing) await requestCheckup(this.deps, 'node', nodeId)
    for (const edgeId of missingEdges) await requestCheckup(this.deps, 'edge', edgeId)
    if (lostSpares.length > 0) await requestCheckup(this.deps, 'docker-engine', engineId)
    for (const orphan of orphans) await this.#removeOrphan(orphan)
    for (const stranger of strangers) this.#report(stranger)
    const atHome = expected.nodes.filter((node) => node.atHome).map((node) => node.nodeId)
    await this.#interviews.hold(engineId, atHome)
    await Promise.all(
      expected.edges.filter(({ atHome }) => atHome).map((edge) => this.#greet(engineId, edge)),
    )
  }

  async #compareImages(engineId: string): Promise<void> {
    const survey = await this.deps.fleet.surveyImages(engineId)
    if (survey.kind === 'known') await this.deps.estate.recordImages(engineId, survey)
  }

  /** An edge that runs and does not answer is looked at; one that does is ready to be told something at once. */
  async #greet(engineId: string, { edgeId, incarnation, controlPort }: ExpectedEdge): Promise<void> {
    const reading = await this.deps.fleet.observeEdge({ engineId, edgeId, incarnation, controlPort }, 0)
    if (reading.kind !== 'serving') await requestCheckup(this.deps, 'edge', edgeId)
  }

  async #removeOrphan(orphan: FleetObject): Promise<void> {
    const removed = await this.deps.fleet.removeOrphan(orphan)
    this.deps.log.info({ kind: orphan.kind, name: orphan.name, removed: removed.kind }, 'removed an orphan')
  }

  #report(stranger: FleetObject): void {
    if (this.#reported.has(stranger.ref)) return
    this.#reported.add(stranger.ref)
    this.deps.log.warn(
      { kind: stranger.kind, name: stranger.name },
      'carries our label but the database does not know it; it is left alone because it may hold data',
    )
  }
}
