import type { Certificate } from '@cacheplane/domain'
import { TLSSocket } from 'node:tls'
import type { Answer } from '../core/node-control.ts'
import { connect, type Route } from './connect.ts'

/** One handshake, whose other end must be who it should be; null where there is no TLS. */
export async function shownCertificate(route: Route): Promise<Answer<Certificate | null>> {
  if (route.tls === null) return { kind: 'answered', value: null }
  const connected = await connect(route)
  if (connected.kind !== 'connected') return connected
  const { socket } = connected
  try {
    if (!(socket instanceof TLSSocket)) return { kind: 'stranger', because: 'it does not speak TLS' }
    const { serialNumber, valid_to: until } = socket.getPeerCertificate()
    return { kind: 'answered', value: { serialNumber, notAfter: new Date(until) } }
  } finally {
    socket.destroy()
  }
}
