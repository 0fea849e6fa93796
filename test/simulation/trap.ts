import { seconds } from '@cacheplane/domain'
import type { Failpoints } from '@cacheplane/workflows'
import type { Actor } from './actor.ts'
import type { SimWorld } from './sim-world.ts'

/** Kills the worker that first reaches the armed point; a supervisor starts another a second later. */
export class Trap {
  armed: string | null = null
  hits = 0
  world: SimWorld | undefined

  readonly failpoints = (actor: Actor): Failpoints => ({
    reach: (name) => {
      if (name !== this.armed) return Promise.resolve()
      this.armed = null
      this.hits++
      actor.state = 'dead'
      const { world } = this
      void world?.clock.sleep(seconds(1)).then(() => world.startWorker())
      return new Promise(() => undefined)
    },
  })
}
