import { connect } from 'node:net'

const WITHIN_MS = 100

/** Null when nobody says anything, as of a container whose network is gone. */
export function isListening(host: string, port: number): Promise<boolean | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const settle = (listens: boolean | null) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(listens)
    }
    const timer = setTimeout(() => settle(null), WITHIN_MS)
    socket.once('connect', () => settle(true))
    socket.on('error', (error) => settle('code' in error && error.code === 'ECONNREFUSED' ? false : null))
  })
}
