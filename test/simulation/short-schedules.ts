import { milliseconds, seconds } from '@cacheplane/domain'
import { drawTrouble, type Trouble } from './crash-menu.ts'
import { FailoverNemesis } from './failover-nemesis.ts'
import { describeFailover, FailoverRows } from './failover-rows.ts'
import { Groups } from './groups.ts'
import { GroupUsers } from './group-users.ts'
import { Ledger } from './ledger.ts'
import { PromotionWatch } from './promotion-watch.ts'
import { SimWorld, type SimOptions } from './sim-world.ts'
import { Trap } from './trap.ts'
import { Writers } from './writers.ts'

export interface ShortSchedules extends Omit<SimOptions, 'workers' | 'failpoints'> {
  schedules: number
}

/** What one schedule was, and what became of it. */
export interface ScheduleReport {
  trouble: Trouble
  /** Whether the worker met its end, or its sleep, where it was to. */
  isSprung: boolean
  /** How long it took after the end of the faults until everything was as it should be. */
  healedMs: number
  violations: string[]
  history: string[]
}

export interface ShortResult {
  reports: ScheduleReport[]
  promotions: number
  acknowledged: number
  lost: number
  trace: readonly string[]
}

const FAULT_MAX_MS = seconds(4)
const STRUCK_MAX_MS = seconds(1.6)
const LOOK_AGAIN_MS = milliseconds(400)
const HEAL_WITHIN_MS = seconds(60)
/** Longer than any lag: what was acknowledged before must be everywhere. */
const SETTLE_MS = milliseconds(600)

/** Many small schedules one after the other in one world, until one of them breaks a promise. */
export async function playShortSchedules({ schedules, ...options }: ShortSchedules): Promise<ShortResult> {
  const trap = new Trap()
  const world = await SimWorld.open({
    workers: 2,
    spares: 0,
    ringsLost: 0.1,
    ...options,
    failpoints: trap.failpoints,
  })
  trap.world = world
  const stage = new Stage(world, trap)
  const reports: ScheduleReport[] = []
  try {
    await stage.build()
    while (reports.length < schedules) {
      const report = await stage.play()
      reports.push(report)
      if (report.violations.length > 0) break
    }
    return {
      reports,
      promotions: stage.watch.promotions,
      acknowledged: stage.ledger.total,
      lost: stage.ledger.lost,
      trace: world.trace,
    }
  } finally {
    await world.close()
  }
}

/** Two healthy groups, one that fails over by itself and one that does not; whatever befalls them, they are whole in the end. */
class Stage {
  readonly #violations = new Set<string>()
  readonly ledger = new Ledger()
  readonly #groups: Groups
  readonly #users: GroupUsers
  readonly #nemesis: FailoverNemesis
  readonly #rows: FailoverRows
  readonly #writers: Writers
  readonly watch: PromotionWatch

  constructor(
    private readonly world: SimWorld,
    private readonly trap: Trap,
  ) {
    const onViolation = (what: string) => void this.#violations.add(what)
    this.#groups = new Groups(world)
    this.#users = new GroupUsers(world, this.#groups)
    this.#nemesis = new FailoverNemesis(world, this.#groups, FAULT_MAX_MS)
    this.#rows = new FailoverRows(world, this.#groups, this.ledger, onViolation)
    this.#writers = new Writers(world, this.#groups, this.ledger, onViolation)
    this.watch = new PromotionWatch(world, this.#groups, this.ledger, this.#nemesis.touched, onViolation)
  }

  async build(): Promise<void> {
    await this.#users.build('sessions', { nodes: 3, automaticFailoverEnabled: true })
    await this.#users.build('pages', { nodes: 3, automaticFailoverEnabled: false })
    await this.#heal()
  }

  /** One or two faults, a worker that dies or falls asleep on the way, lost answers; then the end of all faults. */
  async play(): Promise<ScheduleReport> {
    const { dice, clock } = this.world
    const trouble = drawTrouble(dice)
    const since = clock.now()
    this.#nemesis.history.length = 0
    Object.assign(this.trap, { armed: trouble.point, freezesMs: trouble.freezesMs, hits: 0 })
    await this.#begin(trouble)
    await this.world.run(milliseconds(100) + dice.below(STRUCK_MAX_MS), () => this.#look(0.01))
    this.trap.armed = null
    const isSprung = this.trap.hits > 0
    this.#nemesis.heal()
    const healedMs = await this.#heal()
    await this.world.run(SETTLE_MS, () => this.#look(0))
    await this.#groups.read()
    this.watch.settleDoubts()
    await this.#rows.judgeEnd(since)
    const violations = [...this.#violations]
    return { trouble, isSprung, healedMs, violations, history: await this.#history(violations, since) }
  }

  async #begin({ fault, second, losesCalls }: Trouble): Promise<void> {
    const automatic = this.#group('sessions')
    const manual = this.#group('pages')
    switch (fault) {
      case 'primary lost':
        this.#nemesis.strikePrimary(automatic)
        break
      case 'unguarded primary lost':
        this.#nemesis.strikePrimary(manual)
        break
      case 'edge lost':
        this.#nemesis.killEdge(automatic)
        break
      case 'test of failover':
        await this.#users.test(automatic)
        break
      case 'primary lost, replicas frozen':
        this.#nemesis.freezeReplicas(automatic)
        this.#nemesis.strikePrimary(automatic)
        break
      case 'planned switch, called off':
        this.world.fake.faults.order('readEdge', { lost: 'before' })
        await this.#users.switch(manual)
        break
      case 'planned switch':
        await this.#users.switch(manual)
    }
    for (let i = 0; i < losesCalls; i++) this.#nemesis.loseSomeCalls()
    if (second !== null)
      this.#nemesis.later(() => this.#nemesis.strike(second === 'same' ? automatic : manual))
  }

  #group(name: string) {
    const found = this.#groups.known.find(({ group }) => group.replicationGroupId === name)
    if (found === undefined) throw new Error(`${name} is gone`)
    return found
  }

  async #look(probability: number): Promise<void> {
    const { dice } = this.world
    if (dice.chance(0.25)) this.#writers.write()
    if (dice.chance(0.25)) this.watch.noteWhole()
    if (!dice.chance(probability)) return
    await this.#groups.read()
    this.#rows.watch()
    this.watch.settleDoubts()
  }

  async #heal(): Promise<number> {
    const { clock } = this.world
    const begunMs = clock.monotonicMs()
    for (;;) {
      const what = await this.#rows.unrest(this.#users.wanted)
      const elapsedMs = clock.monotonicMs() - begunMs
      if (what === null) return elapsedMs
      if (elapsedMs >= HEAL_WITHIN_MS) {
        this.#violations.add(what)
        return elapsedMs
      }
      await this.world.run(LOOK_AGAIN_MS, () => this.#look(0))
    }
  }

  async #history(violations: readonly string[], since: Date): Promise<string[]> {
    if (violations.length === 0) return []
    const failovers = await this.#rows.failovers(since)
    return [...this.#nemesis.history, ...(await this.#rows.told()), ...failovers.map(describeFailover)]
  }
}
