import { cacheClusterStatus, replicationGroupStatus } from '@cacheplane/domain'
import { ACCOUNT } from '../support/stores.ts'
import type { Nemesis } from './nemesis.ts'
import { SPARES, type SimWorld } from './sim-world.ts'
import { standing } from './standing.ts'
import type { Intention, Users } from './users.ts'

/** How long a status may go on saying `available` after a container was taken away: the patrol's round and a little. */
const NOTICED_WITHIN_MS = 12_000
const ALL = { limit: 100 }

interface Seen {
  name: string
  resourceId: string
  status: string
  nodes: { id: string; incarnation: number; port: number }[]
}

/** Everything that must hold at any moment, and what must hold once the faults are over. */
export class Invariants {
  readonly violations = new Set<string>()
  /** Node id to container, as of the last look. */
  #serving = new Map<string, string>()
  /** Nodes whose serving container went without the nemesis; the rows must say that the owner is being deleted. */
  readonly #suspects = new Set<string>()
  readonly #foreign = new Set<string>()

  constructor(
    private readonly world: SimWorld,
    private readonly users: Users,
    private readonly nemesis: Nemesis,
  ) {}

  /** Looks at the engines only; cheap enough for every move. */
  watchEngines(): void {
    const containers = this.world.fake.world().flatMap((engine) => engine.containers)
    const serving = new Map<string, string>()
    for (const { ref, state, process, edge, name } of containers) {
      if (edge !== null) continue
      if (process === null) {
        this.#foreign.add(name)
        continue
      }
      if (state !== 'running' || !process.open) continue
      const other = serving.get(process.nodeId)
      if (other !== undefined) this.#violate(`node ${process.nodeId} is served by two containers at once`)
      serving.set(process.nodeId, ref)
    }
    const names = new Set(containers.map((container) => container.name))
    for (const name of this.#foreign)
      if (!names.has(name)) this.#violate(`foreign container ${name} was removed`)
    this.#watchRemovals(serving, new Set(containers.map((container) => container.ref)))
    this.#serving = serving
  }

  /** A serving container goes only because its owner is being deleted, or because the nemesis took it. */
  #watchRemovals(serving: ReadonlyMap<string, string>, refs: ReadonlySet<string>): void {
    for (const [nodeId, ref] of this.#serving) {
      if (serving.get(nodeId) === ref || refs.has(ref) || this.nemesis.touched.has(nodeId)) continue
      this.#suspects.add(nodeId)
    }
  }

  /** Looks at the rows too. */
  async watchRows(): Promise<void> {
    const seen = await this.#seen()
    for (const one of seen) this.#watchStatus(one)
    const staying = new Set(
      seen.filter((one) => one.status !== 'deleting').flatMap((one) => one.nodes.map((node) => node.id)),
    )
    for (const nodeId of this.#suspects) {
      if (staying.has(nodeId))
        this.#violate(`node ${nodeId} was taken down although nobody deleted its owner`)
    }
    this.#suspects.clear()
  }

  #watchStatus({ name, resourceId, status, nodes }: Seen): void {
    const intention = this.users.accepted.find((one) => one.resourceId === resourceId)
    if (intention === undefined) return this.#violate(`${name} exists, and nobody asked for it`)
    if (intention.deletedAtMs !== null && status !== 'deleting') {
      this.#violate(`${name} is ${status} after its deletion was accepted`)
    }
    if (status !== 'available') return
    for (const node of nodes) {
      const touchedMs = this.nemesis.touched.get(node.id) ?? Number.NEGATIVE_INFINITY
      const isRecent = this.world.clock.monotonicMs() - touchedMs < NOTICED_WITHIN_MS
      if (!isRecent && !this.#serves(node) && this.#enginesAreUp()) {
        this.#violate(`${name} is available, but node ${node.id} does not serve`)
      }
    }
  }

  #enginesAreUp(): boolean {
    return this.nemesis.history.every((line) => !line.includes('Engine') && !line.includes('loseCalls'))
  }

  #serves(node: Seen['nodes'][number]): boolean {
    const containers = this.world.fake.world().flatMap((engine) => engine.containers)
    return containers.some(
      ({ state, process }) =>
        state === 'running' &&
        process?.nodeId === node.id &&
        process.incarnation === node.incarnation &&
        process.port === node.port &&
        process.open,
    )
  }

  /** To be called when the faults have been over for a minute. */
  async atRest(): Promise<void> {
    const seen = await this.#seen()
    for (const intention of this.users.accepted) this.#mustBeSettled(intention, seen)
    for (const one of seen) {
      if (!one.nodes.every((node) => this.#serves(node)))
        this.#violate(`${one.name} has a node that does not serve`)
    }
    await this.#nothingIsLeftOver(seen)
    await this.#eachBirthIsToldOnce()
  }

  /** One transition, one event: a creation that two workers carried out would be told twice. */
  async #eachBirthIsToldOnce(): Promise<void> {
    const told = await this.world.test.rows<{ name: string; times: number }>(`
      SELECT source_identifier AS name, count(*)::int AS times FROM event
      WHERE source_type = 'replication-group' AND message LIKE '% created' GROUP BY 1`)
    for (const { name, times } of told) {
      const asked = this.users.accepted.filter(
        (one) => one.kind === 'replication-group' && one.name === name,
      ).length
      if (times > asked)
        this.#violate(`the creation of ${name} was told ${times} times and asked for ${asked} times`)
    }
  }

  #mustBeSettled({ name, resourceId, deletedAtMs }: Intention, seen: readonly Seen[]): void {
    const status = seen.find((one) => one.resourceId === resourceId)?.status ?? 'gone'
    const wanted = deletedAtMs === null ? 'available' : 'gone'
    if (status !== wanted) this.#violate(`${name} should be ${wanted} and is ${status}`)
  }

  async #nothingIsLeftOver(seen: readonly Seen[]): Promise<void> {
    const nodeIds = new Set(seen.flatMap((one) => one.nodes.map((node) => node.id)))
    const { containers, networks, volumes } = standing(this.world)
    const ours = networks.filter((network) => Object.keys(network.labels).length > 0)
    if (containers.length !== nodeIds.size)
      this.#violate(`${containers.length} containers stand for ${nodeIds.size} nodes`)
    if (ours.length !== seen.length + SPARES)
      this.#violate(`${ours.length} networks stand for ${seen.length} owners and ${SPARES} spares`)
    if (volumes.length > nodeIds.size) this.#violate(`${volumes.length} volumes for ${nodeIds.size} nodes`)
    const [held] = await this.world.test.rows<Record<'ips' | 'ports' | 'subnets' | 'late', number>>(`SELECT
      (SELECT count(*)::int FROM ip_allocation WHERE released_at IS NULL) AS ips,
      (SELECT count(*)::int FROM port_allocation a WHERE released_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM edge e WHERE e.id = a.node_id)) AS ports,
      (SELECT count(*)::int FROM subnet_allocation WHERE released_at IS NULL) AS subnets,
      (SELECT count(*)::int FROM workflow WHERE run_at < clock_now() - interval '30 seconds') AS late`)
    if (held?.ips !== nodeIds.size)
      this.#violate(`${held?.ips} IP addresses are held for ${nodeIds.size} nodes`)
    if (held?.ports !== nodeIds.size) this.#violate(`${held?.ports} ports are held for ${nodeIds.size} nodes`)
    if (held?.subnets !== seen.length + SPARES)
      this.#violate(`${held?.subnets} subnets are held for ${seen.length} owners and ${SPARES} spares`)
    if (held?.late !== 0) this.#violate(`${held?.late} workflows are overdue`)
  }

  async #seen(): Promise<Seen[]> {
    const { store } = this.world.test
    const groups = await store.listReplicationGroups(ACCOUNT, ALL)
    const clusters = await store.listCacheClusters(ACCOUNT, { ...ALL, standaloneOnly: true })
    return [
      ...groups.map((group) => ({
        name: group.replicationGroupId,
        resourceId: group.id,
        status: replicationGroupStatus(group),
        nodes: group.nodeGroups.flatMap((shard) => shard.members.flatMap((member) => member.nodes)),
      })),
      ...clusters.map((cluster) => ({
        name: cluster.cacheClusterId,
        resourceId: cluster.id,
        status: cacheClusterStatus(cluster),
        nodes: cluster.nodes,
      })),
    ]
  }

  #violate(what: string): void {
    this.violations.add(what)
  }
}
