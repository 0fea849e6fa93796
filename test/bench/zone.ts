import { z } from 'zod'
import { buildPrograms } from '../../docker/bootstrap/build.ts'
import { Customer } from '../chaos/harness/customer.ts'
import { LooseService } from '../chaos/harness/loose-service.ts'
import { DOCKER_ADDRESS } from '../support/docker.ts'
import { PrivateHosts, whyNoHosts } from '../support/private-engines/private-hosts.ts'
import { ReplicatedGroup, type Failover } from '../support/replicated-group.ts'
import type { RespTarget } from '../support/resp-client.ts'
import { serveFreshDatabases } from '../support/template-db.ts'
import { describePhases } from './failover.ts'
import type { Later } from './later.ts'
import type { Reading } from './report.ts'
import { percentile } from './statistics.ts'
import { SteadyWriter } from './steady-writer.ts'

const GROUPS = 30
const AT_ONCE = 5
const ZONES = ['eu-1a', 'eu-1b', 'eu-1c']
/** Every primary is in the zone that is lost, every endpoint in another. */
const PLACES = ['eu-1b', 'eu-1a', 'eu-1c']
const LOST = ZONES.indexOf('eu-1b')
/** So that thirty clients do not themselves keep the machine busy. */
const RETRY_MS = 50
const [P95_MAX_MS, MAX_MS] = [2_000, 8_000]

const Described = z.object({
  nodeGroups: z.array(z.object({ primaryEndpoint: z.object({ address: z.string(), port: z.number() }) })),
})

/** A host loses power with the primaries of thirty groups: how long each of them takes no writes. */
export async function measureZone(later: Later, say: (message: string) => void): Promise<Reading> {
  const obstacle = await whyNoHosts()
  if (obstacle !== null) throw new Error(`no hosts can be made: ${obstacle}`)
  await buildPrograms()
  const hosts = await PrivateHosts.open(ZONES.length)
  later.add(() => hosts.close())
  const server = await serveFreshDatabases()
  later.add(() => server.remove())
  const zones = hosts.engines.map(({ socket, address }, i) => `${ZONES[i]}=unix://${socket}#${address}`)
  const service = await LooseService.start(DOCKER_ADDRESS, zones.join(','))
  later.add(() => service.clear())
  service.startWorker()
  await service.isReady()
  const customer = new Customer(service)
  const targets = await createGroups(customer)
  const writers = targets.map((target) => new SteadyWriter(async () => target, RETRY_MS))
  later.add(async () => writers.forEach((writer) => writer.close()))
  const before = await Promise.all(writers.map((writer) => writer.untilWritten()))
  const begunAtMs = Date.now()
  const begunMs = performance.now()
  const [after] = await Promise.all([
    Promise.all(writers.map((writer, i) => writer.untilWritten(before[i]?.runId))),
    hosts.at(LOST).powerOff(),
  ])
  const timelines = await Promise.all(targets.map((_, i) => failoverOf(customer, `group-${i}`)))
  const detected = timelines.flatMap(({ phases: [first] }) =>
    first === undefined ? [] : [first.at.getTime() - begunAtMs],
  )
  say(`detected after p50 ${percentile(detected, 0.5)} ms`)
  say(describePhases(timelines))
  return readingOf(after.map(({ atMs }) => atMs - begunMs))
}

async function createGroups(customer: Customer): Promise<RespTarget[]> {
  const targets: RespTarget[] = []
  for (let from = 0; from < GROUPS; from += AT_ONCE) {
    const names = Array.from({ length: AT_ONCE }, (_, i) => `group-${from + i}`)
    targets.push(...(await Promise.all(names.map((name) => createGroup(customer, name)))))
  }
  return targets
}

async function createGroup(customer: Customer, name: string): Promise<RespTarget> {
  const asked = await customer.ask('POST', '/v1/replication-groups', {
    replicationGroupId: name,
    description: 'made by the bench',
    engine: 'valkey',
    cacheNodeType: 'cache.t4g.micro',
    numCacheClusters: PLACES.length,
    automaticFailoverEnabled: true,
    multiAZEnabled: true,
    preferredCacheClusterAZs: PLACES,
  })
  if (asked.status !== 202) throw new Error(`no group was made: ${asked.body}`)
  const cache = { kind: 'replication-group', name } as const
  await customer.becomes(cache, 'available')
  const [shard] = Described.parse(JSON.parse((await customer.describe(cache)).body)).nodeGroups
  if (shard === undefined) throw new Error(`${name} has no node group`)
  const { address: host, port } = shard.primaryEndpoint
  return { host, port }
}

async function failoverOf(customer: Customer, name: string): Promise<Failover> {
  const group = new ReplicatedGroup(name, '', async (method, path) => {
    const { status, body } = await customer.ask(method, path)
    return { status, body: JSON.parse(body) as unknown }
  })
  const [latest] = await group.failovers()
  if (latest === undefined) throw new Error(`${name} has not failed over`)
  return latest
}

function readingOf(silences: readonly number[]): Reading {
  const [p50, p95, longest] = [0.5, 0.95, 1].map((share) => percentile(silences, share))
  return {
    name: 'zone',
    what: `host lost with ${silences.length} primaries: until each group takes a write`,
    value: `p50 ${p50?.toFixed(0)}, p95 ${p95?.toFixed(0)}, all ${longest?.toFixed(0)} ms`,
    goal: `p95 <= ${P95_MAX_MS}, all <= ${MAX_MS} ms`,
    isMet: (p95 ?? Infinity) <= P95_MAX_MS && (longest ?? Infinity) <= MAX_MS,
  }
}
