import { type Idempotency, Secret } from '@cacheplane/domain'
import type { Service } from './service.ts'

/** Null without a key. The fingerprint covers the operation and everything the caller said, token included. */
export function idempotencyOf(
  service: Service,
  operation: string,
  request: object,
  key: string | null,
): Idempotency | null {
  if (key === null) return null
  return { key, fingerprint: service.signer.fingerprint(`${operation}\n${canonical(request)}`) }
}

/** JSON with sorted members and without absent ones: the same wish always reads the same. */
function canonical(value: unknown): string {
  if (value instanceof Secret) return JSON.stringify(value.reveal())
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
  return `{${members.join(',')}}`
}
