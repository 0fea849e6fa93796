import type { CacheNode } from '@cacheplane/domain'

export interface EndpointView {
  address: string
  port: number
}

export function endpointOf(node: CacheNode): EndpointView {
  return { address: node.address, port: node.port }
}
