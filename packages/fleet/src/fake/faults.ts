import type { Random } from './random.ts'

/** The calls that can be disturbed: the verbs of a Docker engine, and those of nodes and edges. */
export type CallName =
  | 'info'
  | 'listContainers'
  | 'listNetworks'
  | 'listVolumes'
  | 'listImages'
  | 'inspectContainer'
  | 'createContainer'
  | 'startContainer'
  | 'killContainer'
  | 'pauseContainer'
  | 'unpauseContainer'
  | 'removeContainer'
  | 'createNetwork'
  | 'removeNetwork'
  | 'removeVolume'
  | 'saveNode'
  | 'readNode'
  | 'openNode'
  | 'closeNode'
  | 'holdWrites'
  | 'followPrimary'
  | 'promoteNode'
  | 'lendNode'
  | 'readCluster'
  | 'introduceNode'
  | 'forgetPeers'
  | 'claimSlots'
  | 'setSlots'
  | 'drainSlots'
  | 'configureNode'
  | 'readDrift'
  | 'showNode'
  | 'renewNode'
  | 'putCertificate'
  | 'putLogins'
  | 'readLog'
  | 'readEdge'
  | 'routeEdge'
  | 'showEdge'
  | 'renewEdge'

/** `before`: lost on the way there, without effect. `after`: it had its effect, but the answer was lost. */
export type Fault = { lost: 'before' | 'after' } | { delayMs: number }

export interface FaultRates {
  /** Probabilities in [0, 1]. */
  lostBefore: number
  lostAfter: number
  delayed: number
  /** How long a delayed call takes at most. */
  maxDelayMs: number
}

const NO_FAULTS: FaultRates = { lostBefore: 0, lostAfter: 0, delayed: 0, maxDelayMs: 0 }

/** Decides for each call whether something goes wrong with it: what was ordered first, then chance. */
export class Faults {
  readonly #ordered: { name: CallName; fault: Fault }[] = []
  rates: FaultRates = NO_FAULTS

  constructor(private readonly random: Random) {}

  /** The next call of this name suffers this fault; several orders are served one after the other. */
  order(name: CallName, fault: Fault): void {
    this.#ordered.push({ name, fault })
  }

  /** Forgets orders and rates. */
  clear(): void {
    this.#ordered.length = 0
    this.rates = NO_FAULTS
  }

  draw(name: CallName): Fault | null {
    const index = this.#ordered.findIndex((order) => order.name === name)
    if (index >= 0) return this.#ordered.splice(index, 1)[0]?.fault ?? null
    const { lostBefore, lostAfter, delayed, maxDelayMs } = this.rates
    if (lostBefore + lostAfter + delayed === 0) return null
    const chance = this.random.fraction()
    if (chance < lostBefore) return { lost: 'before' }
    if (chance < lostBefore + lostAfter) return { lost: 'after' }
    if (chance < lostBefore + lostAfter + delayed) return { delayMs: this.random.between(1, maxDelayMs) }
    return null
  }
}
