import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fleet } from '@cacheplane/domain'
import { createAuthority, createDockerFleet } from '@cacheplane/fleet'
import { MemoryFiles, MemoryVault } from '@cacheplane/fleet/fake'
import { FreshSpecs } from '@cacheplane/fleet/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { testKeyring } from '../../support/docker.ts'
import { realClock } from '../../support/fleet-bench.ts'

const HEADERS = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
const INFO = JSON.stringify({ ID: 'faulty-engine', NCPU: 2, MemTotal: 2 ** 34 })
/** The longest deadline of a call that only looks, and some air. */
const LOOK_MS = 3_000 + 1_500

/** Ways in which a Docker engine that has just answered stops answering. */
const FAULTS: Record<string, (socket: Socket) => void> = {
  'accepts and never answers': () => undefined,
  'sends headers and then nothing': (socket) => socket.write(HEADERS),
  'cuts the connection inside a body': (socket) => {
    socket.write(`${HEADERS}40\r\n[{"Id":`)
    setTimeout(() => socket.destroy(), 20)
  },
  'hangs up at once': (socket) => socket.destroy(),
  'answers what is no JSON': (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[{"Id'),
  'does not speak HTTP': (socket) => socket.end('no such protocol\r\n\r\n'),
}

let directory: string
let server: Server
let fleet: Fleet
let misbehave: ((socket: Socket) => void) | null
const sockets = new Set<Socket>()

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cacheplane-faults-'))
  misbehave = null
  server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', () => {
      if (misbehave !== null) misbehave(socket)
      else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${INFO.length}\r\n\r\n${INFO}`)
    })
  })
  const path = join(directory, 'docker.sock')
  await new Promise<void>((resolve) => server.listen(path, resolve))
  fleet = createDockerFleet({
    installation: 'faults',
    zones: [{ name: 'test-1a', dockerAddress: `unix://${path}`, announcedAddress: '127.0.0.1' }],
    keyring: testKeyring(),
    authority: createAuthority,
    vault: new MemoryVault(),
    foreignFiles: new MemoryFiles(),
    clock: realClock,
    log: { warn: () => undefined },
  })
  expect(await fleet.survey()).toMatchObject([{ engineId: 'faulty-engine', reachable: true }])
})

afterEach(async () => {
  await fleet.close()
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  await new Promise((resolve) => server.close(resolve))
  await rm(directory, { recursive: true })
})

/** Addresses of the loopback, so that it is certain that nothing answers there. */
const specs = new FreshSpecs('faulty-engine', '127.129', 21_000)
const network = specs.network()
const edge = specs.edge(1)
const node = specs.node(network, { engine: 'valkey', engineVersion: '8.1', tls: false, authToken: null })

describe.each(Object.entries(FAULTS))('an engine that %s', (_, fault) => {
  test('leaves every call unknown, or its node unreachable, by its deadline', async () => {
    misbehave = fault
    const begun = performance.now()
    const answers = await Promise.all([
      fleet.ensureNetwork(network),
      fleet.removeNetwork(network),
      fleet.ensureNode(node),
      fleet.removeNode(node),
      fleet.observeNode(node, 0),
      fleet.openNode(node),
      fleet.ensureEdge(edge),
      fleet.observeEdge(edge, 0),
      fleet.routeEndpoint(edge, 0, { primary: null, readers: [] }),
      fleet.removeEdge(edge),
      fleet.inventory('faulty-engine'),
    ])
    for (const answer of answers)
      expect(answer).toMatchObject({ kind: expect.stringMatching(/^(unknown|unreachable)$/) })
    expect(performance.now() - begun).toBeLessThan(2 * LOOK_MS)
  })

  test('is reported as not reachable, under its own id', async () => {
    misbehave = fault
    const [report] = await fleet.survey()
    expect(report).toMatchObject({ engineId: 'faulty-engine', reachable: false })
  })

  test('is used again as soon as it answers', async () => {
    misbehave = fault
    await Promise.all(Array.from({ length: 12 }, () => fleet.removeNetwork(network)))
    misbehave = null
    const patience = performance.now() + 10_000
    let reachable = false
    while (!reachable && performance.now() < patience) {
      reachable = (await fleet.survey())[0]?.reachable === true
      await realClock.sleep(100)
    }
    expect(reachable).toBe(true)
  })
})
