import { invariant, unreachable, type NodeSpec } from '@cacheplane/domain'
import { FILES } from './node-files.ts'
import { redisArguments } from './render-redis-config.ts'
import type { UserRules } from './users.ts'

/**
 * Program and arguments of a node. Everybody who may inspect containers reads them, so nothing in them is secret: what
 * they say of the control plane's password is the digest of 256 random bits, which clients are shown by `ACL LIST` too.
 */
export function engineCommand(
  spec: NodeSpec,
  users: readonly UserRules[],
): [program: string, ...args: string[]] {
  switch (spec.engine) {
    case 'redis':
    case 'valkey':
      return [`${spec.engine}-server`, ...(spec.tls ? [FILES.config] : redisArguments(spec, users))]
    case 'memcached':
      return ['memcached', ...memcachedArguments(spec)]
    default:
      return unreachable(spec.engine)
  }
}

const MEMCACHED_CONNECTIONS = 10_000

function memcachedArguments({ port, tls, asksLogin, limits, parameters }: NodeSpec): string[] {
  invariant(Object.keys(parameters).length === 0, 'memcached nodes take no parameters yet')
  const secured = tls ? ['-Z', '-o', `ssl_chain_cert=${FILES.certificate},ssl_key=${FILES.key}`] : []
  return [
    ...['-l', '0.0.0.0', '-p', String(port), '-U', '0'],
    ...['-m', String(limits.itemMemoryMb), '-t', String(limits.threads)],
    ...['-c', String(MEMCACHED_CONNECTIONS)],
    ...secured,
    ...(asksLogin ? ['-Y', FILES.logins] : []),
  ]
}
