import type { Actor } from './actor.ts'
import type { Dice } from './dice.ts'

interface Call {
  actor: Actor
  /** It is on its way, whatever becomes of its caller. */
  isSent: boolean
  label: string
  kind: 'database' | 'fleet'
  lose: () => void
  /** Resolves when the call has had its effect; the caller is answered by then if it still lives. */
  run: () => Promise<void>
}

/**
 * Every call that a simulated process makes to the world waits here, and the seed decides which goes next. Calls to the
 * database run one at a time to their end; calls to the fleet are only begun in turn, as they wait on the clock.
 */
export class Turnstile {
  #waiting: Call[] = []

  constructor(private readonly dice: Dice) {}

  get hasWork(): boolean {
    return this.#waiting.some(mayRun)
  }

  pass<T>(actor: Actor, label: string, kind: 'database' | 'fleet', effect: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (actor.state === 'dead') return
      const run = async (): Promise<void> => {
        const settled = effect().then(
          (value) => void (actor.state !== 'dead' && resolve(value)),
          (error: unknown) => void (actor.state !== 'dead' && reject(error as Error)),
        )
        if (kind === 'database') await settled
      }
      const lose = () => reject(new Error(`${label}: its deadline passed while the process stood still`))
      this.#waiting.push({ actor, isSent: false, label, kind, lose, run })
    })
  }

  async runOne(): Promise<string | null> {
    const call = this.dice.pick(this.#waiting.filter(mayRun))
    if (call === undefined) return null
    this.#waiting.splice(this.#waiting.indexOf(call), 1)
    await call.run()
    return `${call.actor.name} ${call.label}`
  }

  /**
   * A process that stood still for longer than a connection may take finds its deadlines past before it can send anything:
   * what it was about to ask of the fleet is lost. A late write to the database is refused there.
   */
  thaw(actor: Actor): void {
    if (actor.state !== 'frozen') return
    actor.state = 'alive'
    const lost = this.#waiting.filter((call) => call.actor === actor && call.kind === 'fleet')
    this.#waiting = this.#waiting.filter((call) => !lost.includes(call))
    for (const call of lost) call.lose()
  }

  /** What a killed process had sent may still arrive, or not; nobody is there to hear the answer. */
  kill(actor: Actor): void {
    actor.state = 'dead'
    const own = this.#waiting.filter((call) => call.actor === actor)
    for (const call of own) call.isSent = this.dice.chance(0.5)
    this.#waiting = this.#waiting.filter((call) => call.actor !== actor || call.isSent)
  }
}

function mayRun({ actor, isSent }: Call): boolean {
  return isSent || actor.state === 'alive'
}
