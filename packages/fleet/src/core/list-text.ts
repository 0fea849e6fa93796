import { invariant, type DiscoveryList } from '@cacheplane/domain'
import { isIP } from 'node:net'

const HOST = /^[A-Za-z0-9.:-]+$/
const WORD = /^[a-z0-9.-]+$/

/** A list as edges keep it: cluster, version, engine version, and the nodes as clients are told of them. */
export function listText({ clusterId, version, engineVersion, nodes }: DiscoveryList): string {
  const hosts = nodes.map(({ address, port }) => {
    invariant(HOST.test(address) && Number.isInteger(port), 'a node is listed by address and port')
    return `${address}|${isIP(address) === 0 ? '' : address}|${port}`
  })
  invariant(WORD.test(clusterId) && WORD.test(engineVersion), 'a list is named by ids and versions of ours')
  return [clusterId, version, engineVersion, ...hosts].join(',')
}

/** Whether an edge shows a later list of the same cluster. */
export function isLater(shown: string | null, { clusterId, version }: DiscoveryList): boolean {
  const [of, number] = shown?.split(',') ?? []
  return of === clusterId && Number(number) > version
}
