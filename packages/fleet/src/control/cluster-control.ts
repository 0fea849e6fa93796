import { slotsIn, type ClusterView, type NodeRef, type NodeSpec, type SlotRange } from '@cacheplane/domain'
import type { Answer, ClusterSource, PeerHop } from '../core/node-control.ts'
import { listedIds, parseClusterNodes } from './parse-cluster-nodes.ts'
import type { Reply } from './resp-parser.ts'

/** Runs commands on a node as the control plane's user. */
export type Ask = (node: NodeRef, commands: readonly (readonly string[])[]) => Promise<Answer<Reply[]>>

const done = { kind: 'answered', value: undefined } as const
const SERVES = /^cluster_state:ok\r?$/m
const ALREADY_LEADS = /CLUSTER FAILOVER to a (replica|slave)/i
const ALREADY_FORGOTTEN = /Unknown node/i

/** The part of a node of a cluster in it: whom it knows, whom it follows, and which slots are its own. */
export class ClusterControl {
  constructor(private readonly ask: Ask) {}

  async read(node: NodeRef): Promise<Answer<ClusterView>> {
    const answer = await this.ask(node, [
      ['CLUSTER', 'NODES'],
      ['CLUSTER', 'SLOTS'],
      ['CLUSTER', 'INFO'],
    ])
    if (answer.kind !== 'answered') return answer
    const [text, listing, info] = answer.value
    const view = typeof text === 'string' ? parseClusterNodes(text, listedIds(listing)) : null
    if (view === null) return { kind: 'silent', because: 'its CLUSTER NODES makes no sense' }
    const isServing = typeof info === 'string' && SERVES.test(info)
    return { kind: 'answered', value: { ...view, isServing } }
  }

  /** One who does not know its primary yet is introduced to it, which takes a moment. */
  async follow(node: NodeSpec, source: ClusterSource): Promise<Answer<void>> {
    const read = await this.read(node)
    if (read.kind !== 'answered') return read
    const { id, peers } = read.value
    const own = peers.find((peer) => peer.id === id)
    if (own?.role === 'replica' && own.primaryId === source.clusterNodeId) return done
    if (peers.some((peer) => peer.id === source.clusterNodeId))
      return this.#order(node, [['CLUSTER', 'REPLICATE', source.clusterNodeId]])
    const met = await this.meet(node, [source])
    return met.kind === 'answered' ? { kind: 'busy', because: 'it gets to know its primary' } : met
  }

  /** After the fence, and without asking the cluster: it may have no majority, and the control plane decides. */
  async promote(node: NodeRef): Promise<Answer<void>> {
    const answer = await this.#order(node, [['CLUSTER', 'FAILOVER', 'TAKEOVER']])
    return answer.kind === 'silent' && ALREADY_LEADS.test(answer.because) ? done : answer
  }

  meet(node: NodeRef, peers: readonly PeerHop[]): Promise<Answer<void>> {
    return this.#order(
      node,
      peers.map(({ host, port, busPort }) => ['CLUSTER', 'MEET', host, String(port), String(busPort)]),
    )
  }

  /** One by one: an error ends the others' turn, and somebody who is forgotten already is one. */
  async forget(node: NodeRef, ids: readonly string[]): Promise<Answer<void>> {
    for (const id of ids) {
      const answer = await this.#order(node, [['CLUSTER', 'FORGET', id]])
      const isDone = answer.kind === 'silent' && ALREADY_FORGOTTEN.test(answer.because)
      if (answer.kind !== 'answered' && !isDone) return answer
    }
    return done
  }

  /** Of two claims to a slot that of the greater epoch counts, so that a newcomer takes the greatest there is. */
  async claim(node: NodeRef, ranges: readonly SlotRange[], epoch: number): Promise<Answer<void>> {
    const read = await this.read(node)
    if (read.kind !== 'answered') return read
    const { id, peers } = read.value
    const own = peers.find((peer) => peer.id === id)
    const mine = new Set(slotsIn(own?.slots ?? []))
    const missing = slotsIn(ranges).filter((slot) => !mine.has(slot))
    // One that began with data has claimed the slots of its keys by itself, and no epoch.
    const isAlone = peers.length === 1 && own?.epoch === 0
    if (missing.length === 0 && !isAlone) return done
    return this.#order(node, [
      isAlone ? ['CLUSTER', 'SET-CONFIG-EPOCH', String(epoch)] : ['CLUSTER', 'BUMPEPOCH'],
      ...(missing.length === 0 ? [] : [['CLUSTER', 'ADDSLOTS', ...missing.map(String)]]),
    ])
  }

  async #order(node: NodeRef, commands: readonly (readonly string[])[]): Promise<Answer<void>> {
    const answer = await this.ask(node, commands)
    return answer.kind === 'answered' ? done : answer
  }
}
