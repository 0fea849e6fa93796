import { setTimeout as sleep } from 'node:timers/promises'
import {
  slotsIn,
  type Drained,
  type DrainPace,
  type NodeRef,
  type SlotMark,
  type SlotRange,
} from '@cacheplane/domain'
import { COMMAND_MS } from '../core/deadlines.ts'
import type { Answer, DrainHop } from '../core/node-control.ts'
import type { Ask } from './cluster-control.ts'
import type { Route } from './connect.ts'
import { parseClusterNodes, type ParsedNodes } from './parse-cluster-nodes.ts'
import { respConversation, type AskOn } from './resp-conversation.ts'
import type { Reply } from './resp-parser.ts'
import type { Login } from './resp-session.ts'

const done = { kind: 'answered', value: undefined } as const
const SENSELESS = { kind: 'silent', because: 'its CLUSTER NODES makes no sense' } as const

/** Touches only what is not so yet, because engines refuse to be told twice. */
export async function setSlots(
  ask: Ask,
  node: NodeRef,
  ranges: readonly SlotRange[],
  { mark, peerId }: SlotMark,
): Promise<Answer<void>> {
  const answer = await ask(node, [['CLUSTER', 'NODES']])
  if (answer.kind !== 'answered') return answer
  const view = viewOf(answer.value[0])
  if (view === null) return SENSELESS
  const owners = ownersIn(view)
  const marked = new Map(view.marked.map((one) => [one.slot, one]))
  const has = (slot: number) => marked.get(slot)?.mark === mark && marked.get(slot)?.peerId === peerId
  const owns = (slot: number) => owners.get(slot) === view.id
  const slots = slotsIn(ranges)
  switch (mark) {
    case 'importing':
      return tell(
        ask,
        node,
        'IMPORTING',
        peerId,
        slots.filter((slot) => !owns(slot) && !has(slot)),
      )
    case 'migrating':
      return tell(
        ask,
        node,
        'MIGRATING',
        peerId,
        slots.filter((slot) => owns(slot) && !has(slot)),
      )
    case 'owned': {
      const changing = slots.filter((slot) => owners.get(slot) !== peerId || marked.has(slot))
      const isUnsure = (slot: number) => !owns(slot) && marked.get(slot)?.mark !== 'importing'
      // Without the mark its claim would be no newer than that of the owner before, who would keep the slot.
      if (peerId === view.id && changing.some(isUnsure))
        return { kind: 'busy', because: 'it does not know that the slots are on their way' }
      return tell(ask, node, 'NODE', peerId, changing)
    }
  }
}

/** Valkey answers each of these only when a replica has it as well, one after the other on one connection. */
const SIDE_BY_SIDE = 16

async function tell(
  ask: Ask,
  node: NodeRef,
  what: string,
  peerId: string,
  slots: readonly number[],
): Promise<Answer<void>> {
  if (slots.length === 0) return done
  const commands = slots.map((slot) => ['CLUSTER', 'SETSLOT', String(slot), what, peerId])
  const share = Math.ceil(commands.length / SIDE_BY_SIDE)
  const shares = Array.from({ length: Math.ceil(commands.length / share) }, (_, i) =>
    commands.slice(i * share, (i + 1) * share),
  )
  const answers = await Promise.all(shares.map((some) => ask(node, some)))
  return answers.find((answer) => answer.kind !== 'answered') ?? done
}

export interface Drain {
  slots: readonly SlotRange[]
  to: DrainHop
  /** Who is let in there. */
  as: Login
  pace: DrainPace
}

type Result = Extract<Drained, { keys: number }>

/** An engine serves nobody while it sends: a portion takes about so long, and is followed by as long a pause. */
const PORTION_MS = 1.5
const PORTION_MAX = 256
const PAUSE_MIN_MS = 1
const WORK_MIN_MS = 0.05
/** So that the names that are asked for at once stay few. */
const SLOTS_AT_ONCE = 32
/** Sends keys as long as there is time, and says whether there are any left. */
export function drain(route: Route, login: Login, order: Drain): Promise<Answer<Result>> {
  const until = performance.now() + order.pace.withinMs
  return respConversation(route, login, COMMAND_MS, async (ask) => {
    const asked = await ask([['CLUSTER', 'NODES']], COMMAND_MS)
    if (asked.kind !== 'answered') return asked
    const view = viewOf(asked.value[0])
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

/**
 * Portions reach over slots, which may hold few keys each. What asking for names took is what any answer takes at the time, and
 * not the engine's work.
 */
async function sendAll(
  ask: AskOn,
  order: Drain,
  slots: readonly number[],
  until: number,
): Promise<Answer<Result>> {
  let sent = 0
  let portion = 16
  let left = [...slots]
  while (left.length > 0) {
    if (performance.now() > until) return answered('left', sent)
    const askedAt = performance.now()
    const asked = left.slice(0, Math.min(portion, SLOTS_AT_ONCE))
    const got = await ask(
      asked.map((slot) => ['CLUSTER', 'GETKEYSINSLOT', String(slot), String(portion)]),
      COMMAND_MS,
    )
    if (got.kind !== 'answered') return got
    const begunAt = performance.now()
    const { full, keys } = takePortion(asked, got.value.map(namesIn), portion)
    left = [...full, ...left.slice(asked.length)]
    if (keys.length === 0) continue
    const commands = keys.map((some) => migrate(order, some))
    // What it may take counts for the way there and for the way back.
    const moved = await ask(commands, 2 * order.pace.sendMs + COMMAND_MS)
    const tookMs = performance.now() - begunAt
    if (moved.kind !== 'answered') return isSlow(moved, tookMs, order.pace) ? answered('slow', sent) : moved
    const workMs = Math.max(WORK_MIN_MS, tookMs - (begunAt - askedAt))
    const count = keys.flat().length
    sent += count
    portion = nextPortion(portion, count, workMs)
    await sleep(Math.max(PAUSE_MIN_MS, workMs))
  }
  return answered('drained', sent)
}

/** One list of keys for each slot, because an engine takes no more than one slot's in one go; and the slots that may hold more. */
function takePortion(
  slots: readonly number[],
  names: readonly (readonly string[])[],
  portion: number,
): { full: number[]; keys: string[][] } {
  const full: number[] = []
  const keys: string[][] = []
  let room = portion
  for (const [i, slot] of slots.entries()) {
    const some = (names[i] ?? []).slice(0, room)
    if (some.length > 0) keys.push(some)
    room -= some.length
    const isAll = some.length === names[i]?.length && some.length < portion
    if (!isAll) full.push(slot)
  }
  return { full, keys }
}

/** The time was too short, and not the way closed. */
function isSlow({ kind, because }: { kind: string; because: string }, tookMs: number, { sendMs }: DrainPace) {
  return kind === 'silent' && tookMs >= 0.9 * sendMs && !/error or timeout connecting/i.test(because)
}

/** Keys of about the same size as the last ones would take their time. */
function nextPortion(portion: number, sent: number, workMs: number): number {
  const fitting = Math.floor((sent * PORTION_MS) / workMs)
  return Math.max(1, Math.min(PORTION_MAX, 2 * portion, fitting))
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

function viewOf(reply: Reply | undefined): ParsedNodes | null {
  return typeof reply === 'string' ? parseClusterNodes(reply, new Set()) : null
}

function ownersIn({ peers }: Pick<ParsedNodes, 'peers'>): ReadonlyMap<number, string> {
  return new Map(peers.flatMap(({ id, slots }) => slotsIn(slots).map((slot) => [slot, id] as const)))
}
