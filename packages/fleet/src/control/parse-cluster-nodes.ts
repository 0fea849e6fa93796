import type { ClusterPeer, ClusterView, Hop, SlotRange } from '@cacheplane/domain'

/** Null when the answer makes no sense. Who is being introduced has no id of its own yet and is left out. */
export function parseClusterNodes(text: string): ClusterView | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const entries = lines.map(parseLine).filter((entry) => !entry.flags.includes('handshake'))
  const own = entries.find(({ flags }) => flags.includes('myself'))
  return own === undefined ? null : { id: own.peer.id, peers: entries.map(({ peer }) => peer) }
}

const LOST = ['fail', 'fail?', 'noaddr']

/** `id ip:port@bus,name flags primary ping pong epoch link slot slot…` */
function parseLine(line: string): { flags: string[]; peer: ClusterPeer } {
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
    epoch: Number(epoch),
    slots: rangesOfWords(slots),
  }
  return { flags, peer }
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
