import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { secureContextOf } from '../tls/secure-context.ts'
import type { Leaf } from '../tls/issue-certificate.ts'
import { CONNECT_MS } from '../core/deadlines.ts'
import type { Answer } from '../core/node-control.ts'

export interface Route {
  host: string
  port: number
  /** Null for plaintext; otherwise the chain and the name that the peer must show, and what we show if it asks. */
  tls: { authorityPem: string; identity: string; own?: Leaf } | null
}

export type Connected = { kind: 'connected'; socket: Socket } | Exclude<Answer<never>, { kind: 'answered' }>

/** One connection, made or given up within `CONNECT_MS`; TLS handshake and check of the peer included. */
export function connect({ host, port, tls }: Route): Promise<Connected> {
  return new Promise((resolve) => {
    const socket =
      tls === null
        ? connectTcp({ host, port, noDelay: true })
        : connectTls({ host, port, servername: tls.identity, secureContext: secureContextOf(tls) })
    const timer = setTimeout(() => fail('silent', `no connection within ${CONNECT_MS} ms`), CONNECT_MS)
    const fail = (kind: Failure, because: string) => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ kind, because })
    }
    socket.on('error', (error) => fail(meaningOf(error), error.message))
    socket.on('close', () => fail('absent', 'it closed the connection'))
    socket.once(tls === null ? 'connect' : 'secureConnect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('close')
      resolve({ kind: 'connected', socket })
    })
  })
}

type Failure = Exclude<Connected['kind'], 'connected'>

function meaningOf(error: Error): Failure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (/^(ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|EPIPE)$/.test(code)) return 'absent'
  // Whoever shows another certificate, or none, is not the node we are looking for.
  if (/^(ERR_TLS|ERR_SSL|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|CERT_|EPROTO)/.test(code)) return 'stranger'
  return 'silent'
}
