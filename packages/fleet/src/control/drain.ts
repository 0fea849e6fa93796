import { setTimeout as sleep } from 'node:timers/promises'
import {
  planPortion,
  PORTION_FIRST,
  restAfter,
  slotsIn,
  type Drained,
  type DrainPace,
  type SlotRange,
} from '@cacheplane/domain'
import { COMMAND_MS } from '../core/deadlines.ts'
import type { Answer, DrainHop } from '../core/node-control.ts'
import type { Route } from './connect.ts'
import { respConversation, type AskOn } from './resp-conversation.ts'
import type { Reply } from './resp-parser.ts'
import type { Login } from './resp-session.ts'
import { ownersIn, SENSELESS, slotView } from './slot-view.ts'

export interface Drain {
  slots: readonly SlotRange[]
  to: DrainHop
  /** Who is let in there. */
  as: Login
  pace: DrainPace
}

type Result = Extract<Drained, { keys: number }>

/** Asked before and after, in one go: the engine's own clock knows how long it served nobody, however long the answer took to us. */
const CLOCK = ['TIME']
/** Timers know nothing shorter. */
const REST_MIN_MS = 1
/** Of keys that are asked for at once, in as many slots as are likely to hold them. */
const NAMES_MAX = 512

/** Sends keys as long as there is time, and says whether there are any left. */
export function drain(route: Route, login: Login, order: Drain): Promise<Answer<Result>> {
  const until = performance.now() + order.pace.withinMs
  return respConversation(route, login, COMMAND_MS, async (ask) => {
    const asked = await ask([['CLUSTER', 'NODES']], COMMAND_MS)
    if (asked.kind !== 'answered') return asked
    const view = slotView(asked.value[0])
    if (view === null) return SENSELESS
    const owners = ownersIn(view)
    const mine = slotsIn(order.slots).filter((slot) => owners.get(slot) === view.id)
    const marked = new Set(
      view.marked.flatMap(({ slot, mark, peerId }) =>
        mark === 'migrating' && peerId === order.to.clusterNodeId ? [slot] : [],
      ),
    )
    if (mine.some((slot) => !marked.has(slot))) return answered('unmarked', 0)
    const full = await slotsWithKeys(ask, mine)
    if (full.kind !== 'answered') return full
    return sendAll(ask, order, full.value, until)
  })
}

/** Slot by slot, for an engine takes no more in one go; in between it serves others. */
async function sendAll(
  ask: AskOn,
  order: Drain,
  slots: readonly number[],
  until: number,
): Promise<Answer<Result>> {
  const sender = new Sender(ask, order)
  let left = [...slots]
  while (left.length > 0) {
    if (performance.now() > until) return answered('left', sender.sent)
    const { portion } = sender
    const asked = left.slice(0, Math.max(1, Math.floor(NAMES_MAX / portion)))
    const got = await ask(
      asked.map((slot) => ['CLUSTER', 'GETKEYSINSLOT', String(slot), String(portion)]),
      COMMAND_MS,
    )
    if (got.kind !== 'answered') return got
    const names = got.value.map(namesIn)
    left = [...asked.filter((_, i) => names[i]?.length === portion), ...left.slice(asked.length)]
    for (const keys of names) {
      const stopped = keys.length === 0 ? null : await sender.send(keys)
      if (stopped !== null) return stopped
    }
  }
  return answered('drained', sender.sent)
}

/** Sends one portion after the other, and learns from each how many keys the next may have. */
class Sender {
  sent = 0
  portion = PORTION_FIRST
  #owedMs = 0

  constructor(
    private readonly ask: AskOn,
    private readonly order: Drain,
  ) {}

  /** Null when they are there, or what came in between. */
  async send(keys: readonly string[]): Promise<Answer<Result> | null> {
    const { pace } = this.order
    const begunAt = performance.now()
    // What it may take counts for the way there and for the way back.
    const moved = await this.ask([CLOCK, migrate(this.order, keys), CLOCK], 2 * pace.sendMs + COMMAND_MS)
    const waitedMs = performance.now() - begunAt
    if (moved.kind !== 'answered') return isSlow(moved, waitedMs, pace) ? answered('slow', this.sent) : moved
    const busyMs = clockMs(moved.value[2]) - clockMs(moved.value[0])
    // A clock may have been set back in between.
    const tookMs = busyMs >= 0 ? busyMs : waitedMs
    this.sent += keys.length
    this.portion = planPortion(this.portion, keys.length, tookMs)
    this.#owedMs += restAfter(tookMs)
    if (this.#owedMs >= REST_MIN_MS) await this.#rest()
    return null
  }

  #rest(): Promise<void> {
    const ms = this.#owedMs
    this.#owedMs = 0
    return sleep(ms)
  }
}

/** The time was too short, and not the way closed. */
function isSlow({ kind, because }: { kind: string; because: string }, tookMs: number, { sendMs }: DrainPace) {
  return kind === 'silent' && tookMs >= 0.9 * sendMs && !/error or timeout connecting/i.test(because)
}

/** Of an answer to `TIME`: seconds and microseconds. */
function clockMs(reply: Reply | undefined): number {
  const [s, us] = Array.isArray(reply) ? reply : []
  return Number(s) * 1_000 + Number(us) / 1_000
}

async function slotsWithKeys(ask: AskOn, slots: readonly number[]): Promise<Answer<number[]>> {
  if (slots.length === 0) return { kind: 'answered', value: [] }
  const commands = slots.map((slot) => ['CLUSTER', 'COUNTKEYSINSLOT', String(slot)])
  const counted = await ask(commands, COMMAND_MS)
  if (counted.kind !== 'answered') return counted
  return { kind: 'answered', value: slots.filter((_, i) => counted.value[i] !== 0) }
}

/** Whoever sends is the owner, so that what it has is newer than what an earlier try may have left over there. */
function migrate({ to, as, pace }: Drain, keys: readonly string[]): string[] {
  const where = [to.host, String(to.port), '', '0', String(pace.sendMs)]
  return ['MIGRATE', ...where, 'REPLACE', 'AUTH2', as.user, as.password.reveal(), 'KEYS', ...keys]
}

const answered = (kind: Result['kind'], keys: number) =>
  ({ kind: 'answered', value: { kind, keys } }) as const

function namesIn(reply: Reply | undefined): string[] {
  return Array.isArray(reply) ? reply.filter((one) => typeof one === 'string') : []
}
