import type { Doorbell, Fleet } from '@cacheplane/domain'
import type { Store } from '@cacheplane/store'
import { noFailpoints, Runner, RUNBOOKS, type Failpoints } from '@cacheplane/workflows'
import { pino } from 'pino'
import { boundAdvance, type Advance } from '../../apps/worker/src/advance.ts'
import { every } from '../../apps/worker/src/every.ts'
import { startMonitor } from '../../apps/worker/src/monitor.ts'
import { Patrol, PATROL_EVERY_MS } from '../../apps/worker/src/patrol.ts'
import { Probes, PROBES_EVERY_MS } from '../../apps/worker/src/probes.ts'
import { sweep, SWEEP_EVERY_MS } from '../../apps/worker/src/sweep.ts'
import type { Actor } from './actor.ts'
import type { Dice } from './dice.ts'
import type { SimClock } from './sim-clock.ts'
import { throughTurnstile } from './through-turnstile.ts'
import type { Turnstile } from './turnstile.ts'

export interface SimWorker {
  actor: Actor
  advance: Advance
}

export interface WorkerSurroundings {
  store: Store
  fleet: Fleet
  doorbell: Doorbell
  clock: SimClock
  dice: Dice
  turnstile: Turnstile
  failpoints?: (actor: Actor) => Failpoints
  /** Parts left out by a sabotage test. */
  without?: ReadonlySet<'sweep' | 'patrol' | 'monitor' | 'probes'>
  onWarning: (fields: object, message: string) => void
}

/** A worker as `wire.ts` makes it, whose every call passes the turnstile. */
export function startSimWorker(name: string, around: WorkerSurroundings): SimWorker {
  const actor: Actor = { name, state: 'alive' }
  const clock = around.clock.of(actor)
  const store = throughTurnstile(around.store, around.turnstile, actor, 'database', ['onSettled'])
  const fleet = throughTurnstile(around.fleet, around.turnstile, actor, 'fleet', ['watch', 'probeNode'])
  const { doorbell, without, onWarning } = around
  const log = { debug: () => undefined, warn: onWarning }
  const runner = new Runner({
    owner: name,
    store,
    fleet,
    doorbell,
    clock,
    random: around.dice.bytes,
    failpoints: around.failpoints?.(actor) ?? noFailpoints,
    runbooks: RUNBOOKS,
    log,
  })
  const advance = boundAdvance((id) => runner.advance(id), 8)
  const patrol = new Patrol({
    fleet,
    estate: store,
    nodes: store,
    doorbell,
    clock,
    log: pino({ level: 'silent' }),
  })
  const complain = (error: unknown): void => onWarning({ error: String(error) }, 'a round failed')
  const probes = new Probes({ owner: name, fleet, estate: store, doorbell, onError: complain })
  if (without?.has('sweep') !== true) every(clock, SWEEP_EVERY_MS, () => sweep(store, advance), complain)
  if (without?.has('patrol') !== true) every(clock, PATROL_EVERY_MS, () => patrol.walk(), complain)
  if (without?.has('probes') !== true) every(clock, PROBES_EVERY_MS, () => probes.renew(), complain)
  if (without?.has('monitor') !== true) startMonitor({ fleet, estate: store, doorbell, onError: complain })
  return { actor, advance }
}
