import { loadavg } from 'node:os'

/** Between which load averages of one minute a run went on: times mean little without them. */
export class LoadRange {
  readonly #seen: number[] = []

  note(): void {
    const [now = 0] = loadavg()
    this.#seen.push(Math.round(now))
  }

  toString(): string {
    return `${Math.min(...this.#seen)} to ${Math.max(...this.#seen)}`
  }
}
