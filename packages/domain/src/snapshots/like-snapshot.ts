import { formatSlots } from '../cluster/slots.ts'
import type { CreateCacheClusterRequest, CreateReplicationGroupRequest } from '../validation/requests.ts'
import type { Snapshot } from './snapshot.ts'

type Request = CreateReplicationGroupRequest

/** What a request for a replication group leaves out is as in the snapshot that it is made from. */
export function likeSnapshot(request: Request, snapshot: Pick<Snapshot, 'origin' | 'files'>): Request {
  return {
    ...withChoice(request, snapshot),
    ...(snapshot.origin.clusterEnabled && withShards(request, snapshot)),
  }
}

/** The same of a cache cluster that stands alone. */
export function clusterLikeSnapshot(
  request: CreateCacheClusterRequest,
  snapshot: Pick<Snapshot, 'origin'>,
): CreateCacheClusterRequest {
  return withChoice(request, snapshot)
}

function withChoice<R extends Pick<Request, 'engine' | 'engineVersion' | 'cacheNodeType'>>(
  request: R,
  { origin }: Pick<Snapshot, 'origin'>,
): R {
  const engine = request.engine ?? origin.engine
  const isSameEngine = engine === origin.engine
  return {
    ...request,
    engine,
    engineVersion: request.engineVersion ?? (isSameEngine ? origin.engineVersion : undefined),
    cacheNodeType: request.cacheNodeType ?? origin.cacheNodeType,
  }
}

/** Its shards with their slots, unless another number of them or other slots are asked for. */
function withShards(request: Request, { files }: Pick<Snapshot, 'files'>): Partial<Request> {
  const { nodeGroupConfiguration: configured = [], numNodeGroups } = request
  const clusterMode = request.clusterMode ?? 'enabled'
  const count = numNodeGroups ?? (configured.length > 0 ? configured.length : files.length)
  const saysSlots = configured.some(({ slots }) => slots !== undefined)
  const isOther = count !== files.length || (configured.length > 0 && configured.length !== count)
  if (clusterMode !== 'enabled' || saysSlots || isOther) return { clusterMode }
  const saysIds = configured.some(({ nodeGroupId }) => nodeGroupId !== undefined)
  return {
    clusterMode,
    nodeGroupConfiguration: files.map(({ nodeGroupId, slots }, i) => ({
      ...(!saysIds && { nodeGroupId }),
      ...configured[i],
      slots: formatSlots(slots),
    })),
  }
}
