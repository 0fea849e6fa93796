import type { EdgeSpec, NodeSpec, RouteTarget } from '@cacheplane/domain'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDockerBench, type DockerBench } from '../../support/fleet-bench.ts'
import { RespClient } from '../../support/resp-client.ts'

const READY = { kind: 'ready' }
const BOTH = { engine: 'valkey', engineVersion: '8.1', tls: true, takesBoth: true, authToken: null } as const
const WITHIN_MS = 2_000

let bench: DockerBench
let edge: EdgeSpec

beforeEach(async () => {
  bench = await openDockerBench()
  edge = bench.freshEdge()
})

afterEach(() => bench.close())

async function openNode(): Promise<NodeSpec> {
  const network = bench.freshNetwork()
  const node = bench.freshNode(network, BOTH)
  expect(await bench.fleet.ensureNetwork(network)).toEqual(READY)
  expect(await bench.fleet.ensureNode(node)).toEqual(READY)
  expect(await bench.fleet.observeNode(node, 10_000)).toMatchObject({ kind: 'serving' })
  expect(await bench.fleet.openNode(node)).toEqual(READY)
  return node
}

const target = (node: NodeSpec): RouteTarget => ({ ...node, address: '127.0.0.1' })
const lead = async (primary: RouteTarget) =>
  expect(await bench.fleet.routeEndpoint(edge, 0, { primary, readers: [] })).toEqual(READY)

/** What somebody at one of the endpoint's ports is answered who speaks TLS, or does not. */
async function answers(port: number, isTls: boolean): Promise<unknown> {
  const client = await RespClient.open({ port, ...(isTls && { ca: bench.authority.certificatePem }) })
  try {
    return (await client.ask([['PING']], WITHIN_MS))[0]
  } finally {
    client.close()
  }
}

test('one port takes TLS and plain text of a node that does, and TLS alone of one that does not', async () => {
  const node = await openNode()
  expect(await bench.fleet.ensureEdge(edge)).toEqual(READY)
  await lead(target(node))
  const { primaryPort = 0, readerPort = 0 } = edge.slots[0] ?? {}
  for (const port of [primaryPort, readerPort])
    for (const isTls of [true, false]) expect(await answers(port, isTls)).toBe('PONG')
  const held = await RespClient.open({ port: primaryPort })
  expect(await held.ask([['PING']], WITHIN_MS)).toEqual(['PONG'])
  await lead({ ...target(node), plainPort: null })
  await expect(held.ask([['PING']], WITHIN_MS)).rejects.toThrow()
  expect(await answers(primaryPort, true)).toBe('PONG')
  await expect(answers(primaryPort, false)).rejects.toThrow()
})

test('who has said nothing yet is led to whoever is primary when he speaks', async () => {
  const [old, young] = [await openNode(), await openNode()]
  expect(await bench.fleet.ensureEdge(edge)).toEqual(READY)
  await lead(target(old))
  const { primaryPort = 0 } = edge.slots[0] ?? {}
  const silent = await RespClient.open({ port: primaryPort })
  await lead(target(young))
  const [info] = await silent.ask([['INFO', 'server']], WITHIN_MS)
  expect(String(info)).toContain(`tcp_port:${young.plainPort}`)
  silent.close()
})
