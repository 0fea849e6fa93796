import { ENGINE_VERSIONS, Secret, type Clock } from '@cacheplane/domain'
import {
  describeFleetContract,
  FreshSpecs,
  type ContractBench,
  type ContractVariant,
} from '../contract/index.ts'
import { FakeFleet } from './fake-fleet.ts'

const ENGINE_ID = 'engine-a'

/** Time passes only by sleeping: when nothing else is left to do, whoever is to wake first wakes. */
function jumpingClock(): Clock {
  let elapsedMs = 0
  const sleepers: { atMs: number; wake: () => void }[] = []
  const wakeNext = (): void => {
    sleepers.sort((a, b) => a.atMs - b.atMs)
    const next = sleepers.shift()
    if (next === undefined) return
    elapsedMs = Math.max(elapsedMs, next.atMs)
    next.wake()
  }
  return {
    now: () => new Date(elapsedMs),
    monotonicMs: () => elapsedMs,
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.push({ atMs: elapsedMs + ms, wake })
        setImmediate(wakeNext)
      }),
  }
}

async function openBench(): Promise<ContractBench> {
  const fake = new FakeFleet({
    installation: 'contract',
    engines: [
      { engineId: ENGINE_ID, zones: ['local-1a'], address: '127.0.0.1', cpus: 2, memoryBytes: 2 ** 34 },
    ],
    clock: jumpingClock(),
    seed: 7,
    timings: { call: [1, 20], boot: [10, 60] },
  })
  const specs = new FreshSpecs(ENGINE_ID, '10.1', 10_000)
  const [world] = fake.world()
  return {
    fleet: fake.fleet,
    engineId: ENGINE_ID,
    neighbour: fake.fleetOf(jumpingClock(), 'neighbour'),
    freshNetwork: () => specs.network(),
    freshNode: (network, variant) => specs.node(network, variant),
    freshEdge: (kind) => specs.edge(2, kind),
    discover: async (port) => fake.discover(ENGINE_ID, port),
    connect: async (port) => {
      const connection = fake.connect(ENGINE_ID, port)
      return { runId: async () => connection?.process()?.runId ?? null }
    },
    kill: async (ownerId) => void fake.kill(ownerId),
    vanish: async (nodeId) => void fake.removeContainer(nodeId),
    occupyPort: async (port) => fake.occupyPort(ENGINE_ID, port),
    addForeignContainer: async () => fake.addForeignContainer(ENGINE_ID, 'stranger').name,
    stateOf: async (name) => world?.containers.find((container) => container.name === name)?.state ?? null,
    close: () => fake.fleet.close(),
  }
}

const variants = ENGINE_VERSIONS.map(({ engine, version }): ContractVariant => {
  const authToken = engine === 'memcached' ? null : new Secret('a-token-of-sixteen')
  return { engine, engineVersion: version, tls: false, authToken }
})
const [first, ...others] = variants
if (first === undefined) throw new Error('the catalogue is empty')

describeFleetContract('FakeFleet', openBench, [first, ...others])
