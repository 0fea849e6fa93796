import { createHash } from 'node:crypto'
import { nodeRef, type Doorbell, type Estate, type Fleet, type NodeRef } from '@cacheplane/domain'
import { requestCheckup } from './monitor.ts'

export const PROBES_EVERY_MS = 1_000
/** So that no node is unwatched when a worker dies, until the others have noticed. */
const WATCHERS_PER_NODE = 2

interface ProbesDeps {
  /** Names this process among the workers. */
  owner: string
  fleet: Pick<Fleet, 'probeNode'>
  estate: Pick<Estate, 'raise' | 'requestCheckup' | 'heartbeat' | 'servingNodes'>
  doorbell: Doorbell
  onError: (error: unknown) => void
}

/** Holds a connection to each member of a node group that is this worker's to watch; the workers share them out. */
export class Probes {
  readonly #held = new Map<string, () => void>()

  constructor(private readonly deps: ProbesDeps) {}

  /** Watches what has come to serve, and lets go of what has not. */
  async renew(): Promise<void> {
    const { owner, estate } = this.deps
    const [workers, nodes] = [await estate.heartbeat(owner), await estate.servingNodes()]
    const mine = new Map(
      nodes
        .filter(({ node }) => watchersOf(node.id, workers).includes(owner))
        .map((subject) => [`${subject.node.id}/${subject.node.incarnation}`, nodeRef(subject)]),
    )
    for (const [key, stop] of this.#held) {
      if (mine.has(key)) continue
      stop()
      this.#held.delete(key)
    }
    for (const [key, ref] of mine) {
      const stop = this.#held.has(key) ? null : this.#hold(ref)
      if (stop !== null) this.#held.set(key, stop)
    }
  }

  stop(): void {
    for (const stop of this.#held.values()) stop()
    this.#held.clear()
  }

  /** Null while its engine has not been heard yet: the next round asks again. */
  #hold(ref: NodeRef): (() => void) | null {
    return this.deps.fleet.probeNode(
      ref,
      () => void requestCheckup(this.deps, 'node', ref.nodeId).catch(this.deps.onError),
    )
  }
}

/** Rendezvous hashing: when a worker comes or goes, only its own nodes change hands. */
export function watchersOf(nodeId: string, workers: readonly string[]): string[] {
  return [...workers]
    .map((worker) => ({ worker, rank: createHash('sha1').update(`${nodeId}|${worker}`).digest('hex') }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, WATCHERS_PER_NODE)
    .map(({ worker }) => worker)
}
