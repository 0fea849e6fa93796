import type { Dice } from '../simulation/dice.ts'

/** What is drawn from: each thing once first, in an order of the dice, and from then on as often as it is in the list. */
export class Urn<T> {
  readonly #fresh: T[]

  /** @param list in which what is to come oftener is repeated; not empty */
  constructor(
    private readonly list: readonly T[],
    private readonly dice: Dice,
  ) {
    this.#fresh = [...new Set(list)]
  }

  draw(): T {
    const [first] = this.#fresh.splice(this.dice.below(this.#fresh.length), 1)
    const drawn = first ?? this.dice.pick(this.list)
    if (drawn === undefined) throw new Error('there is nothing to draw')
    return drawn
  }
}
