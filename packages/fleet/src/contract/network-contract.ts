import { describe, expect } from 'vitest'
import type { ContractVariant } from './contract-bench.ts'
import { benchTest, objectsOf, standUp, type OpenBench } from './with-bench.ts'

export function networkContract(openBench: OpenBench, variant: ContractVariant): void {
  describe('networks', () => {
    making(openBench)
    removing(openBench, variant)
  })
}

function making(openBench: OpenBench): void {
  benchTest('a network made twice is one network', openBench, async (bench) => {
    const network = bench.freshNetwork()
    expect(await bench.fleet.ensureNetwork(network)).toEqual({ kind: 'ready' })
    expect(await bench.fleet.ensureNetwork(network)).toEqual({ kind: 'ready' })
    expect(await objectsOf(bench, network.networkId)).toHaveLength(1)
  })

  benchTest('two workers who make one network at once make one network', openBench, async (bench) => {
    const network = bench.freshNetwork()
    await Promise.all([bench.fleet.ensureNetwork(network), bench.fleet.ensureNetwork(network)])
    expect(await bench.fleet.ensureNetwork(network)).toEqual({ kind: 'ready' })
    expect(await objectsOf(bench, network.networkId)).toHaveLength(1)
  })

  benchTest('a subnet that another network holds is refused as taken', openBench, async (bench) => {
    const first = bench.freshNetwork()
    await bench.fleet.ensureNetwork(first)
    const second = { ...bench.freshNetwork(), subnet: first.subnet, gateway: first.gateway }
    expect(await bench.fleet.ensureNetwork(second)).toMatchObject({
      kind: 'refused',
      refusal: 'subnet-taken',
    })
    expect(await objectsOf(bench, second.networkId)).toEqual([])
  })

  benchTest('a network that has moved to another subnet stands on the new one', openBench, async (bench) => {
    const first = bench.freshNetwork()
    await bench.fleet.ensureNetwork(first)
    const { subnet, gateway } = bench.freshNetwork()
    expect(await bench.fleet.ensureNetwork({ ...first, subnet, gateway })).toEqual({ kind: 'ready' })
    expect(await objectsOf(bench, first.networkId)).toHaveLength(1)
    const heir = { ...bench.freshNetwork(), subnet: first.subnet, gateway: first.gateway }
    expect(await bench.fleet.ensureNetwork(heir)).toEqual({ kind: 'ready' })
  })
}

function removing(openBench: OpenBench, variant: ContractVariant): void {
  benchTest('a network removed twice, or never made, is gone', openBench, async (bench) => {
    const network = bench.freshNetwork()
    expect(await bench.fleet.removeNetwork(network)).toEqual({ kind: 'gone' })
    await bench.fleet.ensureNetwork(network)
    expect(await bench.fleet.removeNetwork(network)).toEqual({ kind: 'gone' })
    expect(await bench.fleet.removeNetwork(network)).toEqual({ kind: 'gone' })
    expect(await objectsOf(bench, network.networkId)).toEqual([])
  })

  benchTest('a network with a running node on it is not pulled away', openBench, async (bench) => {
    const { network, node } = await standUp(bench, variant)
    expect(await bench.fleet.removeNetwork(network)).toMatchObject({ kind: 'unknown' })
    expect(await bench.fleet.removeNode(node)).toEqual({ kind: 'gone' })
    expect(await bench.fleet.removeNetwork(network)).toEqual({ kind: 'gone' })
  })
}
