import { engineParameters, liveParameters, Secret, type NodeSpec } from '@cacheplane/domain'
import { describe, expect } from 'vitest'
import { variantTitle, type ContractBench, type ContractVariant } from './contract-bench.ts'
import { benchTest, serving, type OpenBench } from './with-bench.ts'

const READY = { kind: 'ready' }
const NODE_TYPE = { cacheNodeType: 'cache.t4g.micro' }
const CHANGED = {
  'maxmemory-policy': 'allkeys-lru',
  'notify-keyspace-events': 'KEA',
  'client-output-buffer-limit-normal-hard-limit': '1048576',
  'slowlog-log-slower-than': '-1',
  timeout: '20',
}

/** What parameter groups and changes of a token rely on. */
export function configureContract(openBench: OpenBench, variant: ContractVariant): void {
  describe(`configuration of ${variantTitle(variant)}`, () => {
    benchTest(
      'a node boots with every parameter of its family, and tells them back',
      openBench,
      async (bench) => {
        const node = await standUp(bench, variant, {})
        expect(await bench.fleet.findDrift(node, liveParameters({ ...variant, ...NODE_TYPE }, {}))).toEqual(
          [],
        )
      },
    )
    if (variant.engine === 'memcached') return

    benchTest(
      'a running node takes what it is told, and is told only what differs',
      openBench,
      async (bench) => {
        const node = await standUp(bench, variant, {})
        expect(await bench.fleet.openNode(node)).toEqual(READY)
        const wanted = { ...liveParameters({ ...variant, ...NODE_TYPE }, CHANGED), maxmemory: '33554432' }
        expect((await bench.fleet.findDrift(node, wanted))?.sort()).toEqual([
          'client-output-buffer-limit',
          'maxmemory',
          'maxmemory-policy',
          'notify-keyspace-events',
          'slowlog-log-slower-than',
          'timeout',
        ])
        expect(await bench.fleet.configureNode(node, wanted)).toEqual(READY)
        expect(await bench.fleet.findDrift(node, wanted)).toEqual([])
        expect(await serving(bench, node)).toMatchObject({ open: true, maxmemoryBytes: 33_554_432 })
      },
    )

    if (variant.authToken === null) return

    benchTest('a node takes two tokens, then one, and never opens for that', openBench, async (bench) => {
      const closed = await standUp(bench, variant, {})
      const rotated = {
        ...closed,
        authToken: new Secret('another-token-of-16'),
        formerAuthToken: variant.authToken,
      }
      expect(await bench.fleet.findDrift(rotated, {})).toEqual([])
      expect(await bench.fleet.configureNode(rotated, {})).toEqual(READY)
      expect((await serving(bench, closed)).open).toBe(false)
      expect(await bench.fleet.openNode(closed)).toEqual(READY)
      for (const spec of [rotated, { ...rotated, formerAuthToken: null }, closed]) {
        expect(await bench.fleet.findDrift(spec, {})).toEqual(['auth-token'])
        expect(await bench.fleet.configureNode(spec, {})).toEqual(READY)
        expect(await bench.fleet.findDrift(spec, {})).toEqual([])
      }
    })
  })
}

async function standUp(
  bench: ContractBench,
  variant: ContractVariant,
  values: Record<string, string>,
): Promise<NodeSpec> {
  const network = bench.freshNetwork()
  const parameters = engineParameters({ ...variant, ...NODE_TYPE }, values)
  const node = { ...bench.freshNode(network, variant), parameters }
  expect(await bench.fleet.ensureNetwork(network)).toEqual(READY)
  expect(await bench.fleet.ensureNode(node)).toEqual(READY)
  await serving(bench, node)
  return node
}
