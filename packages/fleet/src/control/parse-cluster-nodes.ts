import type { ClusterPeer, ClusterView, Hop, MarkedSlot, SlotRange } from '@cacheplane/domain'
import type { Reply } from './resp-parser.ts'

/** What `CLUSTER NODES` says, and what does not stand there. */
export type ParsedNodes = Omit<ClusterView, 'isServing'>

/** Null when the answer makes no sense. Who is being introduced has no id of its own yet and is left out. */
export function parseClusterNodes(text: string, listed: ReadonlySet<string>): ParsedNodes | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const entries = lines
    .map((line) => parseLine(line, listed))
    .filter((entry) => !entry.flags.includes('handshake'))
  const own = entries.find(({ flags }) => flags.includes('myself'))
  if (own === undefined) return null
  return { id: own.peer.id, peers: entries.map(({ peer }) => peer), marked: own.marked }
}

/**
 * Of an answer to `CLUSTER SLOTS`: for each range its ends, and then its owner and replicas as host, port and id. One whose
 * name has not been heard of yet has a question mark for a host, which is of no use to clients.
 */
export function listedIds(listing: Reply | undefined): ReadonlySet<string> {
  const ranges = Array.isArray(listing) ? listing : []
  const nodes = ranges.flatMap((range) => (Array.isArray(range) ? range.slice(2) : []))
  return new Set(nodes.flatMap((node) => namedId(node) ?? []))
}

function namedId(node: Reply): string | null {
  if (!Array.isArray(node)) return null
  const [host, , id] = node
  return typeof host === 'string' && !/^\??$/.test(host) && typeof id === 'string' ? id : null
}

const LOST = ['fail', 'fail?', 'noaddr']

interface Entry {
  flags: string[]
  peer: ClusterPeer
  marked: MarkedSlot[]
}

/** `id ip:port@bus,name flags primary ping pong epoch link slot slot…` */
function parseLine(line: string, listed: ReadonlySet<string>): Entry {
  const [id = '', at = '', flagList = '', primary = '-', , , epoch = '0', link = '', ...slots] = line
    .trim()
    .split(' ')
  const flags = flagList.split(',')
  const peer: ClusterPeer = {
    id,
    at: hopIn(at),
    role: flags.includes('master') ? 'primary' : 'replica',
    primaryId: primary === '-' ? null : primary,
    isLinked: link === 'connected' && !flags.some((flag) => LOST.includes(flag)),
    isListed: listed.has(id),
    epoch: Number(epoch),
    slots: rangesOfWords(slots),
  }
  return { flags, peer, marked: slots.flatMap((word) => markIn(word) ?? []) }
}

/** `[93->-id]` on its way there, `[93-<-id]` from there; a node says it of itself only. */
function markIn(word: string): MarkedSlot | null {
  const [, slot, way, peerId] = /^\[(\d+)-([<>])-(\w+)\]$/.exec(word) ?? []
  if (slot === undefined || peerId === undefined) return null
  return { slot: Number(slot), mark: way === '>' ? 'migrating' : 'importing', peerId }
}

/** An address of IPv6 has colons of its own. */
function hopIn(text: string): Hop {
  const [, host = '', port = '0'] = /^(.*):(\d+)(?:@|$)/.exec(text) ?? []
  return { host, port: Number(port) }
}

/** In order and as few as can be. In brackets stand slots on their way from or to another node. */
function rangesOfWords(words: readonly string[]): SlotRange[] {
  return words.flatMap((word): SlotRange[] => {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? []
    return from === undefined ? [] : [{ from: Number(from), to: Number(to) }]
  })
}
