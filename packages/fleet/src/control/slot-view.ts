import { slotsIn } from '@cacheplane/domain'
import { parseClusterNodes, type ParsedNodes } from './parse-cluster-nodes.ts'
import type { Reply } from './resp-parser.ts'

export const SENSELESS = { kind: 'silent', because: 'its CLUSTER NODES makes no sense' } as const

/** What a node says of the cluster's slots; null when it makes no sense. */
export function slotView(reply: Reply | undefined): ParsedNodes | null {
  return typeof reply === 'string' ? parseClusterNodes(reply, new Set()) : null
}

/** Who owns each slot as this view has it. */
export function ownersIn({ peers }: Pick<ParsedNodes, 'peers'>): ReadonlyMap<number, string> {
  return new Map(peers.flatMap(({ id, slots }) => slotsIn(slots).map((slot) => [slot, id] as const)))
}
