import { createSecureContext, type SecureContext } from 'node:tls'
import type { Leaf } from './issue-certificate.ts'

interface Papers {
  authorityPem: string
  own?: Leaf
}

/** Few are in use at a time: the authority alone, and with our certificate of today. */
const KEPT = 8
const contexts = new Map<string, SecureContext>()

/** What a connection is begun with. To read certificates costs milliseconds, so what was read is kept. */
export function secureContextOf({ authorityPem, own }: Papers): SecureContext {
  const name = `${authorityPem}\n${own?.certificatePem ?? ''}`
  const known = contexts.get(name)
  if (known !== undefined) return known
  const context = createSecureContext({
    ca: authorityPem,
    minVersion: 'TLSv1.2',
    ...(own && { cert: own.certificatePem, key: own.keyPem.reveal() }),
  })
  const [oldest] = contexts.keys()
  if (contexts.size >= KEPT && oldest !== undefined) contexts.delete(oldest)
  contexts.set(name, context)
  return context
}
