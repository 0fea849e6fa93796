import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { docker } from './docker.ts'

export type AskApi = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ status: number; body: unknown }>

const Endpoint = z.object({ address: z.string(), port: z.number() })
const Described = z.object({
  status: z.string(),
  nodeGroups: z
    .array(
      z.object({
        primaryEndpoint: Endpoint,
        readerEndpoint: Endpoint,
        nodeGroupMembers: z.array(
          z.object({
            cacheClusterId: z.string(),
            currentRole: z.enum(['primary', 'replica']),
            preferredAvailabilityZone: z.string(),
            readEndpoint: Endpoint,
          }),
        ),
      }),
    )
    .length(1)
    .optional(),
})
const Failovers = z.object({
  failovers: z.array(
    z.object({
      failoverId: z.string(),
      kind: z.string(),
      status: z.string(),
      cause: z.string(),
      phases: z.array(
        z.object({ phase: z.string(), at: z.coerce.date(), afterMs: z.number(), because: z.string() }),
      ),
    }),
  ),
})

export type Failover = z.infer<typeof Failovers>['failovers'][number]

export interface Member {
  cacheClusterId: string
  role: 'primary' | 'replica'
  zone: string
  /** Of its own endpoint. */
  host: string
  port: number
}

export interface GroupState {
  status: string
  /** Of the endpoints of primary and readers. */
  host: string
  primaryPort: number
  readerPort: number
  members: Member[]
}

const LOOK_EVERY_MS = 25

/** A group with replicas, as its API shows it, and its containers, as Docker does. */
export class ReplicatedGroup {
  constructor(
    readonly name: string,
    private readonly installation: string,
    private readonly ask: AskApi,
  ) {}

  get path(): string {
    return `/v1/replication-groups/${this.name}`
  }

  async state(): Promise<GroupState> {
    const { status, nodeGroups } = Described.parse((await this.ask('GET', this.path)).body)
    const shard = nodeGroups?.[0]
    return {
      status,
      host: shard?.primaryEndpoint.address ?? '',
      primaryPort: shard?.primaryEndpoint.port ?? 0,
      readerPort: shard?.readerEndpoint.port ?? 0,
      members: (shard?.nodeGroupMembers ?? []).map((one) => ({
        cacheClusterId: one.cacheClusterId,
        role: one.currentRole,
        zone: one.preferredAvailabilityZone,
        host: one.readEndpoint.address,
        port: one.readEndpoint.port,
      })),
    }
  }

  async primary(): Promise<Member> {
    const { members } = await this.state()
    const found = members.find(({ role }) => role === 'primary')
    if (found === undefined) throw new Error(`${this.name} has no primary`)
    return found
  }

  async replicas(): Promise<Member[]> {
    return (await this.state()).members.filter(({ role }) => role === 'replica')
  }

  /** The newest first. */
  async failovers(): Promise<Failover[]> {
    return Failovers.parse((await this.ask('GET', `${this.path}/failovers`)).body).failovers
  }

  /** Docker's id of the member's container. */
  async containerOf({ cacheClusterId }: Pick<Member, 'cacheClusterId'>): Promise<string> {
    const filters = {
      label: [`dev.cacheplane.installation=${this.installation}`],
      name: [`cacheplane-${cacheClusterId}-0001-`],
    }
    const found = await docker.listContainers({ all: true, filters })
    const [newest] = found.sort((a, b) => b.Created - a.Created)
    if (newest === undefined) throw new Error(`${cacheClusterId} has no container`)
    return newest.Id
  }

  /** A failover that was not among `before` is over, and the group is whole again. Returns its record. */
  async isWholeAfter(before: readonly Failover[], withinMs: number): Promise<Failover> {
    const deadlineMs = performance.now() + withinMs
    for (;;) {
      const [latest] = await this.failovers()
      const isNew = latest !== undefined && before.every(({ failoverId }) => failoverId !== latest.failoverId)
      if (isNew && latest.status === 'completed' && (await this.state()).status === 'available') return latest
      if (performance.now() > deadlineMs)
        throw new Error(`${this.name} is not whole again: ${JSON.stringify(latest ?? 'no failover')}`)
      await sleep(LOOK_EVERY_MS)
    }
  }
}
