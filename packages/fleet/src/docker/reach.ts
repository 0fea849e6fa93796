import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { isLocalEngine } from './parse-docker-address.ts'

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/

/** Host address on which an engine publishes ports that clients look for at `announced`. */
export function publishAddress(announced: string): string {
  if (announced === 'localhost') return '127.0.0.1'
  return isIP(announced) === 0 ? '0.0.0.0' : announced
}

/**
 * How the control plane reaches the nodes of an engine: null says by their container addresses, which only works where
 * the engine's bridges are this machine's, but needs no proxy and no published port.
 */
export function controlHost(zone: { dockerAddress: string; announcedAddress: string }): string | null {
  const { dockerAddress, announcedAddress } = zone
  const bridgesAreOurs = process.platform === 'linux' && isLocalEngine(dockerAddress)
  return bridgesAreOurs && isThisMachine(announcedAddress) ? null : announcedAddress
}

/** Host under which the control plane reaches what is bound on the engine's publish address itself. */
export function hostControlHost(
  zone: { dockerAddress: string; announcedAddress: string },
  publish: string,
): string {
  if (controlHost(zone) !== null) return zone.announcedAddress
  return publish === '0.0.0.0' ? '127.0.0.1' : publish
}

/** Whether clients in containers, to whom this loopback is not theirs, are served on the bridge's gateway as well. */
export function servesBridge(dockerAddress: string, publish: string): boolean {
  return isLocalEngine(dockerAddress) && LOOPBACK.test(publish)
}

function isThisMachine(address: string): boolean {
  if (LOOPBACK.test(address)) return true
  return Object.values(networkInterfaces()).some((list) => list?.some((entry) => entry.address === address))
}
