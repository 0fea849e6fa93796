import { seconds } from '@cacheplane/domain'
import type { Failpoints } from '@cacheplane/workflows'
import type { Actor } from './actor.ts'
import type { SimWorld } from './sim-world.ts'

/** Kills or freezes the worker that first reaches the armed point; of a dead one, a supervisor starts another a second later. */
export class Trap {
  armed: string | null = null
  hits = 0
  /** For so long the next one is frozen; null when it is to be killed. */
  freezesMs: number | null = null
  world: SimWorld | undefined

  readonly failpoints = (actor: Actor): Failpoints => ({
    reach: (name) => {
      if (name !== this.armed) return Promise.resolve()
      this.armed = null
      this.hits++
      return this.freezesMs === null ? this.#kill(actor) : this.#freeze(actor, this.freezesMs)
    },
  })

  #kill(actor: Actor): Promise<void> {
    actor.state = 'dead'
    const { world } = this
    void world?.clock.sleep(seconds(1)).then(() => world.staff())
    return new Promise(() => undefined)
  }

  async #freeze(actor: Actor, ms: number): Promise<void> {
    actor.state = 'frozen'
    const { world } = this
    void world?.clock.sleep(ms).then(() => world.turnstile.thaw(actor))
    await world?.clock.sleepAs(actor, 0)
  }
}
