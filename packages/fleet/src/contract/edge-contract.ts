import type { EdgeSpec, EndpointRoutes, NodeSpec, RouteTarget } from '@cacheplane/domain'
import { describe, expect } from 'vitest'
import type { ContractBench, ContractVariant } from './contract-bench.ts'
import { benchTest, objectsOf, serving, type OpenBench } from './with-bench.ts'

const READY = { kind: 'ready' }
const DEAD = { kind: 'refused', refusal: 'dead' }
const CLOSED: EndpointRoutes = { primary: null, readers: [] }

export function edgeContract(openBench: OpenBench, variant: ContractVariant): void {
  describe('edges', () => {
    being(openBench)
    dying(openBench, variant)
    refusals(openBench, variant)
    routing(openBench, variant)
    rerouting(openBench, variant)
    renewing(openBench, variant)
    reading(openBench, variant)
  })
}

interface Member {
  node: NodeSpec
  runId: string
}

/** Open nodes on one network, and how the edge knows each of them. */
async function openNodes(bench: ContractBench, variant: ContractVariant, count: number): Promise<Member[]> {
  const network = bench.freshNetwork()
  expect(await bench.fleet.ensureNetwork(network)).toEqual(READY)
  return Promise.all(
    Array.from({ length: count }, async () => {
      const node = bench.freshNode(network, variant)
      expect(await bench.fleet.ensureNode(node)).toEqual(READY)
      const { runId } = await serving(bench, node)
      expect(await bench.fleet.openNode(node)).toEqual(READY)
      return { node, runId }
    }),
  )
}

function target({ node: { engineId, ip, port, tls, plainPort } }: Member): RouteTarget {
  return { engineId, ip, port, tls, plainPort, address: '127.0.0.1' }
}

async function standUpEdge(bench: ContractBench): Promise<EdgeSpec> {
  const edge = bench.freshEdge()
  expect(await bench.fleet.ensureEdge(edge)).toEqual(READY)
  return edge
}

async function route(bench: ContractBench, edge: EdgeSpec, primary: Member | null, readers: Member[] = []) {
  const routes = { primary: primary && target(primary), readers: readers.map(target) }
  expect(await bench.fleet.routeEndpoint(edge, 0, routes)).toEqual(READY)
}

async function ask(bench: ContractBench, port: number | undefined): Promise<string | null> {
  return (await bench.connect(port ?? 0)).runId()
}

function ports({ slots: [first] }: EdgeSpec) {
  if (first === undefined) throw new Error('the edge has no slot')
  return first
}

function being(openBench: OpenBench): void {
  benchTest(
    'an edge made twice is one container, and boots with every route closed',
    openBench,
    async (bench) => {
      const edge = await standUpEdge(bench)
      expect(await bench.fleet.ensureEdge(edge)).toEqual(READY)
      const containers = (await objectsOf(bench, edge.edgeId)).filter(({ kind }) => kind === 'container')
      expect(containers).toMatchObject([{ incarnation: 1, state: 'running' }])
      const routes = edge.slots.map(({ slot }) => ({ slot, primary: null, readers: [] }))
      expect(await bench.fleet.observeEdge(edge, 0)).toEqual({ kind: 'serving', routes })
      for (const { primaryPort, readerPort } of edge.slots) {
        expect(await ask(bench, primaryPort)).toBeNull()
        expect(await ask(bench, readerPort)).toBeNull()
      }
    },
  )

  benchTest('a removed edge leaves nothing, and removing it again is no error', openBench, async (bench) => {
    const edge = await standUpEdge(bench)
    expect(await bench.fleet.removeEdge(edge)).toEqual({ kind: 'gone' })
    expect(await bench.fleet.removeEdge(edge)).toEqual({ kind: 'gone' })
    expect(await objectsOf(bench, edge.edgeId)).toEqual([])
    expect(await bench.fleet.observeEdge(edge, 0)).toMatchObject({ kind: 'dead' })
  })

  benchTest('another installation neither sees nor removes an edge', openBench, async (bench) => {
    const edge = await standUpEdge(bench)
    expect(await bench.neighbour.inventory(bench.engineId)).toEqual({ kind: 'known', objects: [] })
    for (const object of await objectsOf(bench, edge.edgeId)) await bench.neighbour.removeOrphan(object)
    await bench.neighbour.removeEdge(edge)
    expect(await bench.fleet.observeEdge(edge, 0)).toMatchObject({ kind: 'serving' })
  })
}

function dying(openBench: OpenBench, variant: ContractVariant): void {
  benchTest('a stopped edge is dead and never started again', openBench, async (bench) => {
    const edge = await standUpEdge(bench)
    await bench.kill(edge.edgeId)
    expect(await bench.fleet.observeEdge(edge, 0)).toMatchObject({ kind: 'dead' })
    expect(await bench.fleet.ensureEdge(edge)).toMatchObject(DEAD)
    expect(await bench.fleet.routeEndpoint(edge, 0, CLOSED)).toMatchObject(DEAD)
    expect(await bench.fleet.observeEdge(edge, 0)).toMatchObject({ kind: 'dead' })
  })

  benchTest('the next incarnation takes the ports and comes up closed', openBench, async (bench) => {
    const [member] = await openNodes(bench, variant, 1)
    const edge = await standUpEdge(bench)
    await route(bench, edge, member ?? null)
    const next = { ...edge, incarnation: 2 }
    expect(await bench.fleet.ensureEdge(next)).toEqual(READY)
    expect(await ask(bench, ports(edge).primaryPort)).toBeNull()
    const objects = await objectsOf(bench, edge.edgeId)
    expect(new Set(objects.map(({ incarnation }) => incarnation))).toEqual(new Set([2]))
    expect(await bench.fleet.ensureEdge(edge)).toMatchObject(DEAD)
    expect(await bench.fleet.observeEdge(edge, 0)).toMatchObject({ kind: 'dead' })
    expect(await bench.fleet.routeEndpoint(edge, 0, CLOSED)).toMatchObject(DEAD)
  })
}

function refusals(openBench: OpenBench, variant: ContractVariant): void {
  benchTest('a port that is taken is refused, and nothing stays', openBench, async (bench) => {
    const edge = bench.freshEdge()
    await bench.occupyPort(ports(edge).readerPort)
    expect(await bench.fleet.ensureEdge(edge)).toMatchObject({ kind: 'refused', refusal: 'port-taken' })
    expect(await objectsOf(bench, edge.edgeId)).toEqual([])
  })

  benchTest('a port of a node or of another edge is refused, too', openBench, async (bench) => {
    const [member] = await openNodes(bench, variant, 1)
    const first = await standUpEdge(bench)
    const second = bench.freshEdge()
    const taken = [member?.node.port ?? 0, ports(first).primaryPort, first.controlPort]
    for (const controlPort of taken) {
      const refused = { kind: 'refused', refusal: 'port-taken' }
      expect(await bench.fleet.ensureEdge({ ...second, controlPort })).toMatchObject(refused)
    }
    expect(await bench.fleet.ensureEdge(second)).toEqual(READY)
  })

  benchTest('a slot that the edge does not have is not routed', openBench, async (bench) => {
    const edge = await standUpEdge(bench)
    expect(await bench.fleet.routeEndpoint(edge, 99, CLOSED)).toMatchObject({ kind: 'unknown' })
  })
}

function routing(openBench: OpenBench, variant: ContractVariant): void {
  benchTest('clients reach the node that is routed to, by either address of it', openBench, async (bench) => {
    const [member] = await openNodes(bench, variant, 1)
    if (member === undefined) throw new Error('no node')
    const edge = await standUpEdge(bench)
    await route(bench, edge, member)
    await route(bench, edge, member)
    expect(await ask(bench, ports(edge).primaryPort)).toBe(member.runId)
    const far = { ...target(member), engineId: 'another', ip: '203.0.113.1' }
    expect(await bench.fleet.routeEndpoint(edge, 0, { primary: far, readers: [] })).toEqual(READY)
    expect(await ask(bench, ports(edge).primaryPort)).toBe(member.runId)
    expect(await ask(bench, edge.slots[1]?.primaryPort)).toBeNull()
  })

  benchTest('two edges, and two slots, route without regard to each other', openBench, async (bench) => {
    const [one, two, three] = await openNodes(bench, variant, 3)
    if (!one || !two || !three) throw new Error('no nodes')
    const [left, right] = [await standUpEdge(bench), await standUpEdge(bench)]
    await route(bench, left, one)
    await route(bench, right, two)
    const other = { primary: target(three), readers: [] }
    expect(await bench.fleet.routeEndpoint(left, 1, other)).toEqual(READY)
    await route(bench, right, null)
    expect(await ask(bench, ports(left).primaryPort)).toBe(one.runId)
    expect(await ask(bench, left.slots[1]?.primaryPort)).toBe(three.runId)
    expect(await ask(bench, ports(right).primaryPort)).toBeNull()
  })
}

function rerouting(openBench: OpenBench, variant: ContractVariant): void {
  benchTest(
    'a new primary gets the clients; connections to the old one are cut',
    openBench,
    async (bench) => {
      const [old, young] = await openNodes(bench, variant, 2)
      if (!old || !young) throw new Error('no nodes')
      const edge = await standUpEdge(bench)
      await route(bench, edge, old)
      const held = await Promise.all(Array.from({ length: 20 }, () => bench.connect(ports(edge).primaryPort)))
      for (const client of held) expect(await client.runId()).toBe(old.runId)
      await route(bench, edge, young)
      for (const client of held) expect(await client.runId()).toBeNull()
      expect(await ask(bench, ports(edge).primaryPort)).toBe(young.runId)
      expect(await bench.fleet.observeEdge(edge, 0)).toMatchObject({
        kind: 'serving',
        routes: [
          { slot: 0, primary: { port: young.node.port } },
          { slot: 1, primary: null },
        ],
      })
    },
  )

  benchTest('without a primary, clients are cut and turned away at once', openBench, async (bench) => {
    const [member] = await openNodes(bench, variant, 1)
    const edge = await standUpEdge(bench)
    await route(bench, edge, member ?? null)
    const [writer, reader] = [
      await bench.connect(ports(edge).primaryPort),
      await bench.connect(ports(edge).readerPort),
    ]
    expect(await writer.runId()).toBe(member?.runId)
    expect(await reader.runId()).toBe(member?.runId)
    await route(bench, edge, null)
    for (const client of [writer, reader]) expect(await client.runId()).toBeNull()
    expect(await ask(bench, ports(edge).primaryPort)).toBeNull()
    expect(await ask(bench, ports(edge).readerPort)).toBeNull()
  })
}

function renewing(openBench: OpenBench, variant: ContractVariant): void {
  benchTest(
    'a running edge shows another certificate, and keeps its connections',
    openBench,
    async (bench) => {
      const [member] = await openNodes(bench, variant, 1)
      const edge = await standUpEdge(bench)
      await route(bench, edge, member ?? null)
      const held = await bench.connect(ports(edge).primaryPort)
      expect(await held.runId()).toBe(member?.runId)
      const before = await bench.fleet.edgeCertificateOf(edge)
      expect(before?.serialNumber).toMatch(/^[0-9A-Fa-f]+$/)
      expect(await bench.fleet.renewEdgeCertificates(edge)).toEqual(READY)
      const after = await bench.fleet.edgeCertificateOf(edge)
      expect(after).not.toBeNull()
      expect(after?.serialNumber).not.toBe(before?.serialNumber)
      expect(await held.runId()).toBe(member?.runId)
      await route(bench, edge, null)
      expect(await held.runId()).toBeNull()
    },
  )

  benchTest('an edge that is gone has no certificate, and is given none', openBench, async (bench) => {
    const edge = await standUpEdge(bench)
    await bench.fleet.removeEdge(edge)
    expect(await bench.fleet.edgeCertificateOf(edge)).toBeNull()
    expect(await bench.fleet.renewEdgeCertificates(edge)).toMatchObject(DEAD)
  })
}

function reading(openBench: OpenBench, variant: ContractVariant): void {
  benchTest(
    'readers are spread over the readers, and go to the primary when there is none',
    openBench,
    async (bench) => {
      const [primary, one, two] = await openNodes(bench, variant, 3)
      if (!primary || !one || !two) throw new Error('no nodes')
      const edge = await standUpEdge(bench)
      await route(bench, edge, primary)
      expect(await ask(bench, ports(edge).readerPort)).toBe(primary.runId)
      await route(bench, edge, primary, [one, two])
      const clients = [
        await bench.connect(ports(edge).readerPort),
        await bench.connect(ports(edge).readerPort),
      ]
      const reached = await Promise.all(clients.map((client) => client.runId()))
      expect(reached.sort()).toEqual([one.runId, two.runId].sort())
      await route(bench, edge, primary, [two])
      const left = await Promise.all(clients.map((client) => client.runId()))
      expect(left.filter((runId) => runId !== null)).toEqual([two.runId])
    },
  )

  benchTest('a dead reader is skipped', openBench, async (bench) => {
    const [primary, one, two] = await openNodes(bench, variant, 3)
    if (!primary || !one || !two) throw new Error('no nodes')
    const edge = await standUpEdge(bench)
    await route(bench, edge, primary, [one, two])
    await bench.kill(one.node.nodeId)
    for (let round = 0; round < 4; round += 1) {
      expect(await ask(bench, ports(edge).readerPort)).toBe(two.runId)
    }
  })
}
