import { FAILED_STEP, FAILOVER_PHASES, replicationGroupStatus, type FailoverStage } from '@cacheplane/domain'
import type { Group, Groups } from './groups.ts'
import type { Ledger } from './ledger.ts'
import type { SimWorld } from './sim-world.ts'

interface FailoverRow {
  id: string
  node_group_id: string
  epoch: string | null
  kind: string
  status: string
  cause: string
  phases: Pick<FailoverStage, 'phase' | 'afterMs' | 'because'>[]
}

/** How a process ends that the nemesis has killed. */
const KILLED = 'it exited with code 137'

/** What the rows must say of failovers, on the way and at the end. */
export class FailoverRows {
  readonly #epochs = new Map<string, bigint>()

  constructor(
    private readonly world: SimWorld,
    private readonly groups: Groups,
    private readonly ledger: Ledger,
    private readonly onViolation: (what: string) => void,
  ) {}

  /** After the rows were read. */
  watch(): void {
    for (const { shard } of this.groups.known) {
      const before = this.#epochs.get(shard.id) ?? 0n
      if (shard.epoch < before) this.onViolation(`S2: the epoch of ${shard.id} went back to ${shard.epoch}`)
      this.#epochs.set(shard.id, shard.epoch)
    }
  }

  /** Those that were asked for since then. */
  async failovers(since = new Date(0)): Promise<FailoverRow[]> {
    return this.world.test.rows<FailoverRow>(
      `SELECT id, node_group_id, epoch, kind, status, cause, phases FROM failover WHERE requested_at >= $1
        ORDER BY requested_at, id`,
      [since],
    )
  }

  /** What users were told of lost data. */
  async told(): Promise<string[]> {
    const events = await this.world.test.rows<{ line: string }>(
      `SELECT date::text || ' ' || source_identifier || ': ' || message || ' because ' || COALESCE(because, '') AS line
        FROM event WHERE message LIKE '%was lost%' OR message LIKE 'Recovering%' ORDER BY id`,
    )
    return events.map(({ line }) => line)
  }

  /** Whether everything that was wanted is there and at rest; null when it is, otherwise what is not. */
  async unrest(wanted: ReadonlyMap<string, string>): Promise<string | null> {
    const groups = await this.groups.read()
    const givenUp = await this.#killedAtBoot()
    for (const [name, id] of wanted) {
      if (givenUp.has(id)) continue
      const found = groups.find(({ group }) => group.id === id)
      const status = found === undefined ? 'gone' : replicationGroupStatus(found.group)
      if (status !== 'available') return `LV1: ${name} is ${status}${found === undefined ? '' : whyOf(found)}`
    }
    const [extra] = await this.world.test.rows<{ name: string }>(
      'SELECT replication_group_id AS name FROM replication_group WHERE NOT id = ANY($1)',
      [[...wanted.values()]],
    )
    if (extra !== undefined) return `LV2: ${extra.name} is still there`
    const [open] = await this.world.test.rows<Pick<FailoverRow, 'id' | 'kind' | 'cause' | 'status'>>(
      `SELECT id, kind, cause, status FROM failover WHERE status IN ('requested', 'running') LIMIT 1`,
    )
    if (open !== undefined) return `LV2: failover ${open.id} (${open.kind}, ${open.cause}) is ${open.status}`
    return this.#unservedGroup() ?? this.#busyWorkflow()
  }

  /** A new node that is killed whenever it boots is given up, and its group with it: that is no fault of the service. */
  async #killedAtBoot(): Promise<ReadonlySet<string>> {
    const failed = await this.world.test.rows<{ id: string }>(
      `SELECT subject_id AS id FROM workflow WHERE kind = 'replication-group' AND step = $1 AND failure = $2`,
      [FAILED_STEP, KILLED],
    )
    return new Set(failed.map(({ id }) => id))
  }

  /** A group is called available while its edge is made again, or a node's death is still to be noticed. */
  #unservedGroup(): string | null {
    this.world.fake.replicate()
    for (const { group, shard, nodes } of this.groups.known) {
      const { endpoint } = shard
      if (endpoint !== null && this.world.fake.connect(endpoint.engineId, endpoint.primaryPort) === null)
        return `LV1: the endpoint of ${group.replicationGroupId} leads to nobody`
      for (const node of nodes) {
        const { link = null, open = false } = this.groups.processOf(node) ?? {}
        const follows = node.id === shard.primaryNodeId || link?.state === 'up'
        if (!open || !follows) return `LV5: ${node.id} of ${group.replicationGroupId} does not serve`
      }
    }
    return null
  }

  /** Held, if only by the dead, or wanted for something. */
  async #busyWorkflow(): Promise<string | null> {
    const [busy] = await this.world.test.rows<{ what: string }>(
      `SELECT w.kind || ' ' || w.subject_id || ' is at ' || w.step AS what FROM workflow w WHERE w.kind <> 'docker-engine'
        AND (w.lease_until > clock_now() OR EXISTS (SELECT 1 FROM signal s WHERE s.workflow_id = w.id)) ORDER BY w.id LIMIT 1`,
    )
    return busy === undefined ? null : `LV2: ${busy.what}`
  }

  async judgeEnd(since?: Date): Promise<void> {
    for (const row of await this.failovers(since)) this.#judgeFailover(row)
    await this.#judgeUnique()
    for (const group of this.groups.known) this.#judgeGroup(group)
    const stuck = await this.world.test.rows<{ kind: string; name: string; where: string }>(
      `SELECT w.kind, s.name, w.step || ' of ' || w.subject_id || ': ' || COALESCE(w.because, '') AS where FROM signal s JOIN workflow w ON w.id = s.workflow_id WHERE w.kind <> 'docker-engine'
        AND s.raised_at < clock_now() - interval '5 seconds'
        -- Whoever died over it is followed when the lease is over.
        AND COALESCE(w.lease_until, clock_now()) <= clock_now()`,
    )
    for (const { kind, name, where } of stuck)
      this.onViolation(`LV2: the signal ${name} of a ${kind} is stuck at ${where}`)
  }

  #judgeFailover({ id, kind, phases }: FailoverRow): void {
    const names = phases.map(({ phase }) => phase)
    const promoted = names.indexOf('promoted')
    if (promoted >= 0 && !names.slice(0, promoted).includes('fenced'))
      this.onViolation(`S4: failover ${id} (${kind}) promoted without a fence before it`)
    if (names.filter((phase) => phase === 'promoted').length > 1)
      this.onViolation(`S2: failover ${id} (${kind}) promoted twice in one epoch`)
    const unknown = names.find((phase) => !FAILOVER_PHASES.includes(phase))
    if (unknown !== undefined) this.onViolation(`failover ${id} has the phase ${unknown}`)
  }

  async #judgeUnique(): Promise<void> {
    const doubled = await this.world.test.rows<{ epoch: string }>(
      `SELECT epoch FROM failover WHERE epoch IS NOT NULL GROUP BY node_group_id, epoch HAVING count(*) > 1`,
    )
    for (const { epoch } of doubled) this.onViolation(`S2: two failovers began epoch ${epoch}`)
  }

  #judgeGroup({ group, shard, nodes }: Group): void {
    const name = group.replicationGroupId
    const zones = new Set(nodes.map(({ zone }) => zone))
    // A zone that could not be reached when a replica was placed is made up for by nobody.
    if (zones.size < Math.min(2, nodes.length) && group.multiAZEnabled)
      this.onViolation(`S17: ${name} has ${nodes.length} nodes in ${zones.size} zones`)
    if (shard.endpoint === null) return
    const { engineId, primaryPort } = shard.endpoint
    const primary = this.world.fake.connect(engineId, primaryPort)?.process() ?? null
    if (primary?.nodeId !== shard.primaryNodeId)
      return this.onViolation(`S17: the endpoint of ${name} leads to ${primary?.nodeId ?? 'nobody'}`)
    if (primary.role !== 'primary' || !primary.open) this.onViolation(`S17: ${name} takes no writes`)
    this.world.fake.replicate()
    for (const node of nodes) {
      const process = this.groups.processOf(node)
      const follows = process === primary || process?.link?.state === 'up'
      if (process === null || !process.open || !follows)
        this.onViolation(`S17: ${node.id} of ${name} does not serve`)
      else this.#judgeData(name, process.writes)
    }
  }

  #judgeData(name: string, writes: readonly { value: string }[]): void {
    const process = new Set(writes.map(({ value }) => value))
    const { known } = this.groups
    const shard = known.find(({ group }) => group.replicationGroupId === name)?.shard
    const primary = shard?.members.flatMap(({ nodes }) => nodes).find(({ id }) => id === shard.primaryNodeId)
    const at = primary === undefined ? null : this.groups.processOf(primary)
    const network = at === null ? undefined : this.groups.containerOf(at)?.networkName
    // Half a second is more than any lag.
    const dueMs = this.world.clock.monotonicMs() - 500
    const due = this.ledger.writesOf(network ?? '').filter(({ atMs }) => atMs < dueMs)
    const gone = due.filter(({ value }) => !process.has(value))
    if (gone.length > 0)
      this.onViolation(`S5: a member of ${name} lacks ${gone.length} of ${due.length} acknowledged writes`)
  }
}

function whyOf({ group, shard, nodes }: Group): string {
  const parts = [group.workflow, shard.workflow, ...nodes.map((node) => node.workflow)]
  const opened = nodes.map(
    (node) => `${node.id}/${node.incarnation} ${node.openedAt === null ? 'closed' : 'open'}`,
  )
  const steps = parts.map(({ step, because, signals }) => `${step} [${signals.join()}] ${because ?? ''}`)
  return ` (${[...steps, ...opened, `primary ${shard.primaryNodeId}`].join('; ')})`
}

export function describeFailover({ kind, id, epoch, status, cause, phases }: FailoverRow): string {
  const told = phases.map(({ phase, afterMs, because }) => `${phase}@${afterMs} ${because}`)
  return `${kind} ${id} epoch ${epoch ?? '-'} ${status}: ${cause}; ${told.join('; ')}`
}
