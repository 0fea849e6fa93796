import type { ContainerEvent } from './docker-engine.ts'
import { incarnationOf, NODE_LABEL } from './labels.ts'

/** Far more than can die at once; older ones can be looked up. */
const DEATHS_MAX = 10_000

/**
 * Nodes whose process has ended, as the engines' events tell. An engine tells it at once, and shows it in its lists only
 * when it has taken down the container's network, some 100 ms later. One that somebody starts again is no longer dead.
 */
export class Deaths {
  readonly #dead = new Set<string>()

  hear({ action, labels }: ContainerEvent): void {
    const nodeId = labels[NODE_LABEL]
    const incarnation = incarnationOf(labels)
    if (nodeId === undefined || incarnation === null) return
    const key = keyOf({ nodeId, incarnation })
    if (action === 'started') this.#dead.delete(key)
    if (action !== 'died') return
    this.#dead.add(key)
    const [oldest] = this.#dead
    if (this.#dead.size > DEATHS_MAX && oldest !== undefined) this.#dead.delete(oldest)
  }

  isDead(node: Key): boolean {
    return this.#dead.has(keyOf(node))
  }
}

interface Key {
  nodeId: string
  incarnation: number
}

function keyOf({ nodeId, incarnation }: Key): string {
  return `${nodeId}/${incarnation}`
}
