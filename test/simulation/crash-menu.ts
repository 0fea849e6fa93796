import { FAILPOINT_POSITIONS, failpointName, RUNBOOKS } from '@cacheplane/workflows'
import type { Dice } from './dice.ts'

type Fault =
  | 'primary lost'
  | 'primary lost, replicas frozen'
  | 'unguarded primary lost'
  | 'test of failover'
  | 'planned switch'
  | 'planned switch, called off'
  | 'edge lost'

/** What a short schedule is made of. */
export interface Trouble {
  fault: Fault
  /** Where the worker that comes by first dies, or falls asleep for so long; null when none does. */
  point: string | null
  freezesMs: number | null
  /** Whom something else befalls, soon afterwards. */
  second: 'same' | 'other' | null
  /** How many calls are lost, or late. */
  losesCalls: number
}

/** Steps that no change of primary passes. */
const ASIDE: Readonly<Record<string, readonly string[]>> = {
  'node-group': ['start', 'failed', 'destroy', 'destroy_nodes'],
  node: ['diagnose', 'failed', 'destroy'],
  edge: ['destroy'],
}

const STEPS = RUNBOOKS.filter(({ kind }) => kind in ASIDE).flatMap(({ kind, stepNames }) =>
  stepNames.filter((step) => ASIDE[kind]?.includes(step) !== true).map((step) => ({ kind, step })),
)

/** Every point at which a worker can die while a primary is changed, or lost redundancy is made up for. */
export const CRASH_POINTS = STEPS.flatMap(({ kind, step }) =>
  FAILPOINT_POSITIONS.map((position) => ({ kind, step, name: failpointName(kind, step, position) })),
)

const LOSSES: readonly Fault[] = [
  'primary lost',
  'primary lost',
  'test of failover',
  'unguarded primary lost',
]
/** Others are passed whatever is lost. */
const WAY_TO: Readonly<Record<string, readonly Fault[]>> = {
  fence: ['primary lost', 'test of failover', 'unguarded primary lost'],
  elect: ['primary lost, replicas frozen'],
  promote: ['primary lost', 'test of failover', 'planned switch'],
  rebuild: ['unguarded primary lost'],
  close: ['planned switch'],
  catch_up: ['planned switch'],
  reopen: ['planned switch, called off'],
}
const FREEZE_MAX_MS = 8_000
/** What is decided is decided by node groups. */
const KINDS = ['node-group', 'node-group', 'node-group', 'node', 'edge'] as const

export function drawTrouble(dice: Dice): Trouble {
  const kind = dice.pick(KINDS)
  const point = dice.pick(CRASH_POINTS.filter((one) => one.kind === kind))
  const ways = point?.kind === 'edge' ? (['edge lost'] as const) : (WAY_TO[point?.step ?? ''] ?? LOSSES)
  return {
    fault: dice.pick(ways) ?? 'primary lost',
    point: dice.chance(0.9) ? (point?.name ?? null) : null,
    freezesMs: dice.chance(0.3) ? 200 + dice.below(FREEZE_MAX_MS) : null,
    second: dice.chance(0.35) ? (dice.chance(0.8) ? 'same' : 'other') : null,
    losesCalls: dice.chance(0.5) ? 1 + dice.below(2) : 0,
  }
}
