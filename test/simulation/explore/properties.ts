import { isSame, takesWrites } from './world.ts'
import type { Member, Scene } from './scene.ts'

/** Cries out when a promise is broken at the very moment of an effect. */
export class Judge {
  readonly violations: string[] = []

  /** Node `to` is about to become the primary. */
  promotion(scene: Scene, to: number): void {
    for (const [index, other] of scene.members.entries()) {
      const isReached =
        !other.isOutlawed || isSame(scene.route, { to: index, incarnation: other.incarnation })
      if (index !== to && takesWrites(other) && isReached)
        this.#cry(`S4: node ${to} is promoted while node ${index} takes writes`)
    }
  }

  /** Clients are about to be led to another primary than before. */
  routing({ members, primary, failover }: Scene, { to, incarnation }: NonNullable<Scene['route']>): void {
    const chosen = mustFind(members, to)
    if (to === primary || failover === null || chosen.incarnation !== incarnation) return
    if (chosen.link !== null) this.#cry(`S3: clients are led to node ${to}, which follows another`)
    const old = mustFind(members, primary)
    if (failover.kind === 'switch' && isHeard(old) && !includes(chosen, old))
      this.#cry(`S5: a planned switch to node ${to} loses writes`)
    // Whoever could not be fenced may go on being copied until it is seen again.
    if (old.isOutlawed) return
    for (const [index, other] of members.entries()) {
      const isKin = [chosen.history, chosen.former].includes(other.history) && other.link?.state !== 'syncing'
      if (
        index !== to &&
        index !== primary &&
        isKin &&
        other.isOpen &&
        isHeard(other) &&
        !includes(chosen, other)
      )
        this.#cry(`S3: clients are led to node ${to} although node ${index} has more`)
    }
  }

  /** Node `to` is about to let clients in. */
  opening({ members }: Scene, to: number): void {
    const opened = mustFind(members, to)
    if (opened.isOpen || opened.role !== 'primary' || opened.writes.length > 0) return
    for (const [index, other] of members.entries())
      if (index !== to && isHeard(other) && other.isOpen && other.writes.length > 0 && isCounted(other))
        this.#cry(`S6: node ${to} is let in empty while node ${index} has a copy`)
  }

  /** Node `to` acknowledges a write through the endpoint. */
  acknowledgement({ acknowledged }: Scene, { history }: Member): void {
    if (acknowledged.includes(history) && acknowledged.at(-1) !== history)
      this.#cry('S1: a node acknowledges a write after another has taken over')
  }

  /** What must hold in every scene. */
  scene({ members, failover, route }: Scene): void {
    const isReached = (index: number, { incarnation, isOutlawed }: Member) =>
      !isOutlawed || isSame(route, { to: index, incarnation })
    const taking = members.filter((one, index) => takesWrites(one) && !one.isDark && isReached(index, one))
    if (taking.length > 1) this.#cry('S1: two nodes take writes')
    if (failover !== null && failover.promotions > 0 && !failover.isFenced)
      this.#cry('S4: a promotion is recorded, and no fence before it')
    if (failover !== null && failover.promotions > 1) this.#cry('S2: two promotions in one epoch')
  }

  cry(what: string): void {
    this.#cry(what)
  }

  #cry(what: string): void {
    this.violations.push(what)
  }
}

/** It can be reached, and could all the while since the last fence. */
function isHeard({ state, isDark, isStruck }: Member): boolean {
  return state === 'running' && !isDark && !isStruck
}

/** It is not about to be made again. */
function isCounted({ row, incarnation }: Member): boolean {
  return row.incarnation === incarnation && !row.isReplaced
}

function includes({ writes }: Member, other: Member): boolean {
  return other.writes.every((write) => writes.includes(write))
}

function mustFind(members: readonly Member[], index: number): Member {
  const found = members[index]
  if (found === undefined) throw new Error(`there is no node ${index}`)
  return found
}
