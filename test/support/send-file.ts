import { request, type ClientRequest } from 'node:http'

/** A file that is sent by hand, piece by piece. */
export interface Sending {
  request: ClientRequest
  /** Its status and body; null when the connection ended without one. */
  answer: Promise<{ status: number; body: string } | null>
}

export function sendFile(url: string, token: string, headers: Record<string, string> = {}): Sending {
  const sent = request(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream', ...headers },
  })
  const answer = new Promise<Awaited<Sending['answer']>>((resolve) => {
    let hasBegun = false
    sent.on('response', (response) => {
      hasBegun = true
      let body = ''
      response.on('data', (piece: Buffer) => (body += piece.toString()))
      response.on('close', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    // Of a request that was answered before it was sent, too, while the answer is still coming.
    const broken = () => (hasBegun ? undefined : resolve(null))
    sent.on('error', broken)
    sent.on('close', broken)
  })
  return { request: sent, answer }
}
