/** A simulated process: it may be killed or frozen between any two of its calls. */
export interface Actor {
  readonly name: string
  state: 'alive' | 'frozen' | 'dead'
}
