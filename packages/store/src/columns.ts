/** Columns of one view among those of a row that many are joined into. The first one is never null where there is a row of it. */
export class Columns<Doc> {
  readonly selected: string
  /** Where the next view's begin. */
  readonly end: number
  readonly #names: readonly (keyof Doc & string)[]

  /**
   * @param alias of the view in the statement
   * @param from how many columns come before
   * @param names of all the document's members
   */
  constructor(
    alias: string,
    private readonly from: number,
    names: Record<keyof Doc & string, true>,
  ) {
    this.#names = Object.keys(names) as (keyof Doc & string)[]
    this.selected = this.#names.map((name) => `${alias}."${name}"`).join(', ')
    this.end = from + this.#names.length
  }

  /** The first column; null where there is none. */
  keyIn(row: readonly unknown[]): unknown {
    return row[this.from] ?? null
  }

  read(row: readonly unknown[]): Doc {
    const doc: Partial<Record<keyof Doc & string, unknown>> = {}
    for (const [i, name] of this.#names.entries()) doc[name] = row[this.from + i]
    return doc as Doc
  }
}
