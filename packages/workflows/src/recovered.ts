import type { CacheNode } from '@cacheplane/domain'

/** What is said of a node that was made again, once it serves clients. */
export const recovered = ({ cacheNodeId, rebooting }: CacheNode): string =>
  rebooting ? `Cache node ${cacheNodeId} restarted` : `Finished recovery for cache nodes ${cacheNodeId}`
