import { minutes, seconds } from '@cacheplane/domain'
import { Invariants } from './invariants.ts'
import { Nemesis } from './nemesis.ts'
import { SimWorld, type SimOptions } from './sim-world.ts'
import { Users } from './users.ts'

export interface ScenarioResult {
  seed: number
  violations: string[]
  history: readonly string[]
  created: number
  /** Calls that may have changed something, in the quiet minutes at the end. */
  quietMutations: number
}

export interface ScenarioOptions extends Omit<SimOptions, 'workers'> {
  workers?: number
  /** Probability of a fault between two moves of the world. */
  faults?: number
  stormMs?: number
  /** A sabotage test breaks the world here, between two of its moves. */
  corrupt?: (world: SimWorld) => void | Promise<void>
  /** How long to watch the quiet afterwards. */
  quietMs?: number
}

const HEAL_WITHIN_MS = seconds(60)
const QUIET_MS = minutes(1)

/** Users at work in a storm of faults, a minute to recover, then quiet: every invariant is checked on the way and at the end. */
export async function playScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const world = await SimWorld.open({ workers: 2, ringsLost: 0.2, ...options })
  try {
    const users = new Users(world)
    const nemesis = new Nemesis(world)
    const invariants = new Invariants(world, users, nemesis)
    await world.run(options.stormMs ?? seconds(60), async () => {
      invariants.watchEngines()
      await users.maybeAct(0.02)
      nemesis.maybeStrike(options.faults ?? 0.006)
      if (world.dice.chance(0.05)) {
        await invariants.watchRows()
        await options.corrupt?.(world)
      }
    })
    nemesis.heal()
    await world.run(HEAL_WITHIN_MS, () => invariants.watchEngines())
    await invariants.watchRows()
    await invariants.atRest()
    const before = world.fake.mutations()
    await world.run(options.quietMs ?? QUIET_MS)
    return {
      seed: options.seed,
      violations: [...invariants.violations],
      history: nemesis.history,
      created: users.accepted.length,
      quietMutations: world.fake.mutations() - before,
    }
  } finally {
    await world.close()
  }
}
