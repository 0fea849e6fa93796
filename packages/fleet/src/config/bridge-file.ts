import { createHash } from 'node:crypto'
import { copyPort, formatSlots, invariant, SLOTS, type NodeSpec } from '@cacheplane/domain'
import { hopFrom } from '../core/follow-primary.ts'

/** Of a made-up member it does not matter, as long as it is nobody's. */
const idOf = (what: string): string => createHash('sha1').update(what).digest('hex')
const EVERYTHING = [{ from: 0, to: SLOTS - 1 }]

/**
 * What a node in cluster mode finds as its memory of its cluster (`nodes.conf`): it is the replica of a primary that owns every
 * slot. That one is in no cluster at all, and never answers as a member; but it lets itself be copied like any other, and may
 * be taken over from.
 */
export function renderBridge(spec: NodeSpec): string {
  const { nodeId, incarnation, ip, port, busPort, bridgesFrom } = spec
  invariant(bridgesFrom !== null && busPort !== null, `node ${nodeId} is to bridge`)
  const source = { ...hopFrom(spec, bridgesFrom), port: copyPort(spec, bridgesFrom) }
  const [own, primary] = [idOf(`${nodeId} ${incarnation}`), idOf(`primary of ${nodeId}`)]
  return [
    `${own} ${ip}:${port}@${busPort} myself,slave ${primary} 0 0 0 connected`,
    `${primary} ${source.host}:${source.port}@${busPort} master - 0 0 1 connected ${formatSlots(EVERYTHING)}`,
    'vars currentEpoch 1 lastVoteEpoch 0',
    '',
  ].join('\n')
}
