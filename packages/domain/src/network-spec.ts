import type { NetworkSpec } from './ports/fleet.ts'
import type { Network } from './resources.ts'

export function networkSpec(network: Network, engineId: string): NetworkSpec {
  return { networkId: network.id, engineId, subnet: network.subnet, gateway: network.gateway }
}
