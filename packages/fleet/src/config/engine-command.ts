import { unreachable, type NodeSpec } from '@cacheplane/domain'
import { memcachedArguments } from './memcached-arguments.ts'
import { FILES } from './node-files.ts'
import { redisArguments, type NodePlace } from './render-redis-config.ts'
import type { UserRules } from './users.ts'

/** Others are given everything as arguments. */
export function isByFile({ tls, bridgesFrom }: NodeSpec): boolean {
  return tls || bridgesFrom !== null
}

/**
 * Program and arguments of a node. Everybody who may inspect containers reads them, so nothing in them is secret: what
 * they say of the control plane's password is the digest of 256 random bits, which clients are shown by `ACL LIST` too.
 */
export function engineCommand(
  spec: NodeSpec,
  users: readonly UserRules[],
  place: NodePlace,
): [program: string, ...args: string[]] {
  switch (spec.engine) {
    case 'redis':
    case 'valkey':
      return [
        `${spec.engine}-server`,
        ...(isByFile(spec) ? [FILES.config] : redisArguments(spec, users, place)),
      ]
    case 'memcached':
      return ['memcached', ...memcachedArguments(spec)]
    default:
      return unreachable(spec.engine)
  }
}
