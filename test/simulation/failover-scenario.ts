import { seconds } from '@cacheplane/domain'
import { FailoverNemesis } from './failover-nemesis.ts'
import { describeFailover, FailoverRows } from './failover-rows.ts'
import { Groups } from './groups.ts'
import { GroupUsers } from './group-users.ts'
import { Ledger } from './ledger.ts'
import { PromotionWatch } from './promotion-watch.ts'
import { SimWorld, type SimOptions } from './sim-world.ts'
import { Writers } from './writers.ts'

export interface FailoverScenario extends Omit<SimOptions, 'workers'> {
  workers?: number
  stormMs?: number
  /** Probability of a fault between two moves of the world. */
  faults?: number
  /** Probability of a user's test of failover between two moves of the world. */
  tests?: number
  /** A sabotage test breaks the world here, between any two of its moves. */
  corrupt?: (world: SimWorld) => void
}

export interface FailoverResult {
  seed: number
  violations: string[]
  history: readonly string[]
  promotions: number
  acknowledged: number
  lost: number
  /** How long it took after the end of the faults until everything was as it should be. */
  healedMs: number
  /** Every call that was made, and when. */
  trace: readonly string[]
}

const STORM_MS = seconds(30)
const HEAL_WITHIN_MS = seconds(60)
const SETTLE_MS = seconds(2)

/** Groups under change, clients who write, faults of every kind; then a minute at most to be whole again. */
export async function playFailovers(options: FailoverScenario): Promise<FailoverResult> {
  const world = await SimWorld.open({ workers: 2, spares: 0, ringsLost: 0.1, ...options })
  const violations = new Set<string>()
  const onViolation = (what: string) => void violations.add(what)
  try {
    const groups = new Groups(world)
    const ledger = new Ledger()
    const users = new GroupUsers(world, groups)
    const nemesis = new FailoverNemesis(world, groups)
    const rows = new FailoverRows(world, groups, ledger, onViolation)
    const writers = new Writers(world, groups, ledger, onViolation)
    const watch = new PromotionWatch(world, groups, ledger, nemesis.touched, onViolation)
    const look = async (probability: number) => {
      options.corrupt?.(world)
      if (world.dice.chance(0.5)) writers.write()
      watch.noteWhole()
      if (!world.dice.chance(probability)) return
      await groups.read()
      rows.watch()
      watch.settleDoubts()
    }
    await users.create('sessions')
    await world.run(seconds(4), () => look(0.05))
    await world.run(options.stormMs ?? STORM_MS, async () => {
      await look(0.04)
      await users.maybeAct(0.006)
      await users.maybeTest(options.tests ?? 0)
      nemesis.maybeStrike(options.faults ?? 0.004)
    })
    nemesis.heal()
    const healedMs = await heal(
      world,
      () => rows.unrest(users.wanted),
      () => look(0.01),
      onViolation,
    )
    await world.run(SETTLE_MS, () => look(0.05))
    await groups.read()
    watch.settleDoubts()
    await rows.judgeEnd()
    return {
      seed: options.seed,
      violations: [...violations],
      history:
        violations.size === 0
          ? []
          : [...nemesis.history, ...(await rows.told()), ...(await rows.failovers()).map(describeFailover)],
      promotions: watch.promotions,
      acknowledged: ledger.total,
      lost: ledger.lost,
      healedMs,
      trace: world.trace,
    }
  } finally {
    await world.close()
  }
}

async function heal(
  world: SimWorld,
  unrest: () => Promise<string | null>,
  between: () => Promise<void>,
  onViolation: (what: string) => void,
): Promise<number> {
  const begunMs = world.clock.monotonicMs()
  for (;;) {
    const what = await unrest()
    const elapsedMs = world.clock.monotonicMs() - begunMs
    if (what === null) return elapsedMs
    if (elapsedMs >= HEAL_WITHIN_MS) {
      onViolation(what)
      return elapsedMs
    }
    await world.run(seconds(1), between)
  }
}
