import { ServiceError } from '../errors.ts'
import type { CacheCluster, ReplicationGroup } from '../resources.ts'
import type { ServiceUpdate } from './service-update.ts'

/** Throws unless the update can be applied to nodes like these. */
export function requireApplicable(
  update: ServiceUpdate,
  owner: Pick<ReplicationGroup | CacheCluster, 'engine' | 'engineVersion'>,
  what: string,
  outdated: number,
): void {
  if (update.status !== 'available')
    throw refusal(`Service update ${update.name} has expired: apply the newest one, which includes it.`)
  if (update.engine !== owner.engine || update.engineVersion !== owner.engineVersion)
    throw refusal(
      `Service update ${update.name} is for ${update.engine} ${update.engineVersion}, and ${what} runs ${owner.engine} ${owner.engineVersion}.`,
    )
  if (outdated === 0) throw refusal(`Every node of ${what} has service update ${update.name} already.`)
}

/** A node that stands alone could keep its address or its data, and not both. */
export function requireReplaceable({ memcached, cacheClusterId }: CacheCluster): void {
  if (memcached !== null) return
  throw refusal(
    `Cache cluster ${cacheClusterId} stands alone and would be updated empty: reboot its node when its data may go, which updates it, too.`,
  )
}

function refusal(message: string): ServiceError {
  return new ServiceError('InvalidParameterCombination', message)
}
