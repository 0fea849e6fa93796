import { createServer } from 'node:net'
import type { NetworkInspectInfo } from 'dockerode'

/**
 * The host's address on Docker's default bridge, by which containers reach the host (`host-gateway`). Engines do not
 * always say it; it is the first of the subnet then. Null when it cannot be listened on: that would keep an edge from
 * starting. A bridge without containers is down, and not among the interfaces that Node lists, so it is tried.
 */
export async function bridgeGateway(
  bridge: Pick<NetworkInspectInfo, 'IPAM'>,
  canListenOn: (address: string) => Promise<boolean> = isOwnAddress,
): Promise<string | null> {
  const { Gateway, Subnet } = bridge.IPAM?.Config?.[0] ?? {}
  const address = Gateway ?? Subnet?.replace(/\.\d+\/\d+$/, '.1')
  return address !== undefined && (await canListenOn(address)) ? address : null
}

function isOwnAddress(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: address, port: 0 }, () => server.close(() => resolve(true)))
  })
}
