import { Canary, longestGap, type Ack } from '../../support/canary.ts'
import { NODE_FAULTS, type NodeFault } from '../../support/node-faults.ts'
import { ReplicatedGroup, type Failover, type Member } from '../../support/replicated-group.ts'
import { SteadyReader } from '../../support/steady-reader.ts'
import { TwoPrimaries } from '../../support/two-primaries.ts'
import { DEADLINES } from '../deadlines.ts'
import type { Cache, Customer } from './customer.ts'
import type { Service } from './service.ts'

/** Replication is asynchronous: what was acknowledged within this time before a fault may be lost with the primary. */
const LAG_MS = 1_000
/** The last write before a fault was acknowledged within this time before it. */
const BEFORE_MS = 200

export interface WatchOptions {
  writers?: number
  pauseMs?: number
}

/** A group with replicas under clients that write, read, and look for two primaries, all the time. */
export class WatchedGroup {
  /** When something was last done to a node of it. */
  harmedAtMs: number | null = null

  private constructor(
    readonly cache: Cache,
    readonly group: ReplicatedGroup,
    readonly canary: Canary,
    readonly reader: SteadyReader,
    readonly sampler: TwoPrimaries,
  ) {}

  /** Asks for the group, waits until it serves, and sets its clients to work. */
  static async create(
    service: Service,
    customer: Customer,
    wish: Omit<Cache, 'kind'>,
    options: WatchOptions = {},
  ): Promise<WatchedGroup> {
    const cache: Cache = { kind: 'replication-group', nodes: 3, ...wish }
    await customer.create(cache)
    await customer.becomes(cache, 'available')
    const installation = service.installation.config.CACHEPLANE_INSTALLATION
    const group = new ReplicatedGroup(cache.name, installation, async (method, path, body) => {
      const answer = await customer.ask(method, path, body)
      return { status: answer.status, body: answer.body === '' ? {} : (JSON.parse(answer.body) as unknown) }
    })
    const { host, primaryPort, readerPort, members } = await group.state()
    const nodes = await Promise.all(members.map((one) => customer.target(one.port, one.host)))
    return new WatchedGroup(
      cache,
      group,
      new Canary(await customer.target(primaryPort, host), options),
      new SteadyReader(await customer.target(readerPort, host)),
      new TwoPrimaries(nodes),
    )
  }

  /** Does it to all of these nodes at once. Returns when that began, and what it was done to. */
  async harm(fault: NodeFault, ...members: Member[]): Promise<{ faultMs: number; containers: string[] }> {
    const containers = await Promise.all(members.map((member) => this.group.containerOf(member)))
    const faultMs = performance.now()
    this.harmedAtMs = faultMs
    await Promise.all(containers.map((id) => NODE_FAULTS[fault](id)))
    return { faultMs, containers }
  }

  /** As `harm` on the primary, until a failover is over and the group is whole again. */
  async losePrimary(fault: NodeFault): Promise<{ faultMs: number; container: string; failover: Failover }> {
    const before = await this.group.failovers()
    const { faultMs, containers } = await this.harm(fault, await this.group.primary())
    const failover = await this.group.isWholeAfter(before, DEADLINES.settled)
    return { faultMs, container: containers[0] ?? '', failover }
  }

  /** For how long its clients could not write; `Infinity` while they cannot, 0 when none of them has noticed. */
  silenceAfter(faultMs: number): number {
    const failures = this.canary.failures.filter(({ atMs }) => atMs > faultMs)
    const [last] = failures.slice(-1)
    if (last === undefined) return 0
    if (!this.canary.acks.some(({ sentMs }) => sentMs > last.atMs)) return Infinity
    return longestGap(this.canary.acks, faultMs - BEFORE_MS)
  }

  /** What was acknowledged and is not there, but for what may be lost with a primary. */
  async lost(faultMs: number | null): Promise<Ack[]> {
    const lost = await this.canary.lost()
    return lost.filter(({ atMs }) => faultMs === null || atMs < faultMs - LAG_MS)
  }

  /** @param faultMs when its primary was lost; null when nothing that was acknowledged may be lost */
  async violations(faultMs: number | null): Promise<string[]> {
    const lost = await this.lost(faultMs)
    return [
      ...lost.map(
        ({ value, atMs }) => `${value} is lost, acknowledged ${(faultMs ?? atMs) - atMs} ms before`,
      ),
      ...this.sampler.found.map((both) => `both ${both} of ${this.cache.name} took writes`),
    ]
  }

  async stop(): Promise<void> {
    await Promise.all([this.canary.stop(), this.reader.stop(), this.sampler.stop()])
  }
}
