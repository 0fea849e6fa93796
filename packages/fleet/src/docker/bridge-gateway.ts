import { networkInterfaces } from 'node:os'
import type { NetworkInspectInfo } from 'dockerode'

const NAME_OPTION = 'com.docker.network.bridge.name'

/**
 * The host's address on Docker's default bridge, by which containers reach the host (`host-gateway`). Engines do not
 * always say it; then this machine's own interface of that name knows. Null when nobody does.
 */
export function bridgeGateway(
  bridge: Pick<NetworkInspectInfo, 'IPAM' | 'Options'>,
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
): string | null {
  const own = interfaces[bridge.Options?.[NAME_OPTION] ?? 'docker0']
  const address = own?.find(({ family }) => family === 'IPv4')?.address ?? null
  const said = bridge.IPAM?.Config?.[0]?.Gateway
  // An address that this machine does not have cannot be listened on, and would keep the edge from starting.
  return said === undefined || said === address ? address : null
}
