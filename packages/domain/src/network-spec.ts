import type { NetworkSpec } from './ports/fleet.ts'
import type { Network } from './resources.ts'

export function networkSpec(network: Network, ownerName: string, engineId: string): NetworkSpec {
  return { networkId: network.id, engineId, ownerName, subnet: network.subnet, gateway: network.gateway }
}
