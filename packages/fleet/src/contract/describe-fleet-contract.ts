import { describe } from 'vitest'
import { certificateContract } from './certificate-contract.ts'
import { clusterContract } from './cluster-contract.ts'
import type { ContractBench, ContractVariant } from './contract-bench.ts'
import { configureContract } from './configure-contract.ts'
import { discoveryContract } from './discovery-contract.ts'
import { edgeContract } from './edge-contract.ts'
import { encryptionContract } from './encryption-contract.ts'
import { engineContract } from './engine-contract.ts'
import { freezeContract } from './freeze-contract.ts'
import { imageContract } from './image-contract.ts'
import { networkContract } from './network-contract.ts'
import { nodeContract } from './node-contract.ts'
import { orphanContract } from './orphan-contract.ts'
import { replicationContract } from './replication-contract.ts'
import { upgradeContract } from './upgrade-contract.ts'

/** What every fleet promises, simulated or real. The first variant serves for what does not depend on the engine. */
export function describeFleetContract(
  name: string,
  openBench: () => Promise<ContractBench>,
  variants: readonly [ContractVariant, ...ContractVariant[]],
): void {
  describe(`${name} keeps the contract of a fleet`, () => {
    networkContract(openBench, variants[0])
    nodeContract(openBench, variants[0])
    edgeContract(openBench, variants[0])
    discoveryContract(openBench)
    freezeContract(openBench, variants[0])
    orphanContract(openBench, variants[0])
    imageContract(openBench, variants[0])
    encryptionContract(openBench, variants[0])
    upgradeContract(openBench)
    for (const variant of variants) engineContract(openBench, variant)
    certificateContract(openBench, variants)
    for (const variant of variants) configureContract(openBench, variant)
    for (const variant of replicated(variants)) replicationContract(openBench, variant)
    for (const variant of replicated(variants).filter(hasClusterMode)) clusterContract(openBench, variant)
  })
}

const hasClusterMode = ({ engineVersion }: ContractVariant): boolean => !engineVersion.startsWith('6.')

/** Whether TLS is on makes no difference to replication but with TLS itself: the first engine is tried both ways. */
function replicated([first, ...others]: readonly [ContractVariant, ...ContractVariant[]]): ContractVariant[] {
  const secured = others.filter(({ engine, tls }) => engine !== 'memcached' && tls)
  const rest = secured.length > 0 ? secured : others.filter(({ engine }) => engine !== 'memcached')
  return [first, ...rest]
}
