import type { Fleet, NodeChange } from '@cacheplane/domain'
import { createAuthority, createDockerFleet } from '@cacheplane/fleet'
import { FreshSpecs } from '@cacheplane/fleet/contract'
import { MemoryFiles, MemoryVault } from '@cacheplane/fleet/fake'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  docker,
  DOCKER_ADDRESS,
  removeInstallation,
  testKeyring,
  uniqueInstallation,
} from '../../support/docker.ts'
import { realClock } from '../../support/fleet-bench.ts'
import { SshServer, whyNoSshServer } from '../../support/ssh-server.ts'

const READY = { kind: 'ready' }
/** Shaking hands takes a busy machine longer than a look at an engine may. */
const PATIENCE_MS = 60_000
const TEST_MS = 4 * PATIENCE_MS

const obstacle = await whyNoSshServer()
if (obstacle !== null) process.stderr.write(`left out, an engine at ssh://: ${obstacle}\n`)

describe.skipIf(obstacle !== null)('a Docker engine at ssh://', { timeout: TEST_MS }, () => {
  const installation = uniqueInstallation()
  const fleets: Fleet[] = []
  let server: SshServer

  beforeAll(async () => {
    server = await SshServer.open(DOCKER_ADDRESS)
  })
  afterEach(async () => {
    await Promise.all(fleets.splice(0).map((fleet) => fleet.close()))
  })
  afterAll(async () => {
    await server?.close()
    await removeInstallation(installation)
  })

  const fleetAt = (dockerAddress: string): Fleet => {
    const fleet = createDockerFleet({
      installation,
      zones: [{ name: 'far-1a', dockerAddress, announcedAddress: '127.0.0.1' }],
      keyring: testKeyring(),
      authority: createAuthority,
      vault: new MemoryVault(),
      foreignFiles: new MemoryFiles(),
      clock: realClock,
      log: { warn: () => undefined },
    })
    fleets.push(fleet)
    return fleet
  }
  const isReachable = async (fleet: Fleet) => (await fleet.survey()).every(({ reachable }) => reachable)

  /** All that a fleet is asked may be asked again. */
  const comesTo = (ask: () => Promise<object>, result: object) =>
    expect.poll(ask, { timeout: PATIENCE_MS }).toMatchObject(result)

  test('serves a node, tells of its death, and is rid of it again', async () => {
    const fleet = fleetAt(server.address())
    const changes: NodeChange[] = []
    const stop = fleet.watch((change) => changes.push(change))
    const { ID } = (await docker.info()) as { ID: string }
    await expect.poll(() => isReachable(fleet), { timeout: PATIENCE_MS }).toBe(true)
    expect(await fleet.survey()).toMatchObject([{ engineId: ID, zones: ['far-1a'], address: '127.0.0.1' }])
    const specs = new FreshSpecs(ID, '10.78', 15_500)
    const network = specs.network()
    const variant = { engine: 'valkey', engineVersion: '8.1', tls: false, authToken: null } as const
    const node = specs.node(network, variant)
    await comesTo(() => fleet.ensureNetwork(network), READY)
    await comesTo(() => fleet.ensureNode(node), READY)
    expect(await fleet.observeNode(node, PATIENCE_MS)).toMatchObject({ kind: 'serving', open: false })
    // Each of them lists three kinds of objects: more calls at once than there are connections.
    const askAll = () => Promise.all(Array.from({ length: 3 }, () => fleet.inventory(ID)))
    const areKnown = async () => (await askAll()).every(({ kind }) => kind === 'known')
    await expect.poll(areKnown, { timeout: PATIENCE_MS }).toBe(true)
    await comesTo(() => fleet.fenceNode(node), { kind: 'fenced' })
    const died = { ownerId: node.nodeId, change: 'died' }
    await expect.poll(() => changes, { timeout: PATIENCE_MS }).toContainEqual(expect.objectContaining(died))
    stop()
    await comesTo(() => fleet.removeNode(node), { kind: 'gone' })
    await comesTo(() => fleet.removeNetwork(network), { kind: 'gone' })
    await comesTo(() => fleet.inventory(ID), { kind: 'known', objects: [] })
  })

  test('whose host nobody knows is not spoken to', async () => {
    const fleet = fleetAt(server.address('own', 'strangers'))
    await expect
      .poll(() => fleet.survey(), { timeout: PATIENCE_MS })
      .toMatchObject([{ reachable: false, because: expect.stringMatching(/Host key verification failed/) }])
  })

  test('lets nobody in by another key, although an agent or a default one may have more of them', async () => {
    const fleet = fleetAt(server.address('stranger'))
    await expect
      .poll(() => fleet.survey(), { timeout: PATIENCE_MS })
      .toMatchObject([
        { reachable: false, because: expect.stringMatching(/Permission denied \(publickey\)/) },
      ])
  })

  test('that was away is reached again, and not any more when another host answers in its place', async () => {
    const fleet = fleetAt(server.address())
    await expect.poll(() => isReachable(fleet), { timeout: PATIENCE_MS }).toBe(true)
    await server.kill()
    expect(await isReachable(fleet)).toBe(false)
    await server.start()
    await expect.poll(() => isReachable(fleet), { timeout: PATIENCE_MS }).toBe(true)
    await server.changeHostKey()
    await expect
      .poll(() => fleet.survey(), { timeout: PATIENCE_MS })
      .toMatchObject([{ reachable: false, because: expect.stringMatching(/Host key verification failed/) }])
  })
})
