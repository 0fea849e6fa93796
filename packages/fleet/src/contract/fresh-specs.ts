import { randomBytes } from 'node:crypto'
import { newId, type EdgeSpec, type NetworkSpec, type NodeSpec } from '@cacheplane/domain'
import type { ContractVariant } from './contract-bench.ts'

const MB = 1_048_576

/** Makes specs that do not collide with each other: every one has ids, a subnet, addresses and a port of its own. */
export class FreshSpecs {
  #subnets = 0
  #ports = 0

  constructor(
    private readonly engineId: string,
    /** Two numbers, as in `10.211`, under which the subnets are cut. */
    private readonly subnetPrefix: string,
    private readonly firstPort: number,
  ) {}

  network(): NetworkSpec {
    this.#subnets += 1
    const prefix = `${this.subnetPrefix}.${this.#subnets}`
    return {
      networkId: newId('network', randomBytes),
      engineId: this.engineId,
      subnet: `${prefix}.0/28`,
      gateway: `${prefix}.1`,
    }
  }

  edge(slots: number, kind: EdgeSpec['kind'] = 'replication'): EdgeSpec {
    const controlPort = this.#port()
    return {
      edgeId: newId('edge', randomBytes),
      incarnation: 1,
      engineId: this.engineId,
      kind,
      tlsNames: ['localhost', '127.0.0.1'],
      controlPort,
      slots: Array.from({ length: slots }, (_, slot) => ({
        slot,
        primaryPort: this.#port(),
        readerPort: this.#port(),
      })),
    }
  }

  node(
    network: NetworkSpec,
    { engine, engineVersion, tls, authToken, inCluster, takesBoth }: ContractVariant,
  ): NodeSpec {
    const port = this.#port()
    const ip = network.gateway.replace(/\.1$/, `.${2 + (port % 12)}`)
    return {
      nodeId: newId('node', randomBytes),
      incarnation: 1,
      engineId: this.engineId,
      engine,
      engineVersion,
      cacheClusterId: 'contract-001',
      cacheNodeId: '0001',
      networkId: network.networkId,
      nodeGroupId: `ng-of-${network.networkId}`,
      ip,
      port,
      plainPort: takesBoth === true ? this.#port() : null,
      busPort: inCluster === true ? this.#port() : null,
      address: '127.0.0.1',
      tls,
      asksLogin: false,
      saslUsers: [],
      authToken,
      formerAuthToken: null,
      tlsNames: ['localhost', '127.0.0.1'],
      seed: null,
      parameters: {},
      limits: { memoryBytes: 128 * MB, cpus: 1, maxmemoryBytes: 64 * MB, itemMemoryMb: 64, threads: 2 },
    }
  }

  #port(): number {
    this.#ports += 1
    return this.firstPort + this.#ports
  }
}
