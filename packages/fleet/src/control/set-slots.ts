import { setTimeout as sleep } from 'node:timers/promises'
import { slotsIn, type SlotMark, type SlotRange } from '@cacheplane/domain'
import { COMMAND_MS } from '../core/deadlines.ts'
import type { Answer } from '../core/node-control.ts'
import type { Route } from './connect.ts'
import { respConversation, type AskOn } from './resp-conversation.ts'
import type { Login } from './resp-session.ts'
import { ownersIn, SENSELESS, slotView } from './slot-view.ts'

const done = { kind: 'answered', value: undefined } as const
/** Valkey answers each of these only when a replica has it as well, so that some go side by side. */
const SIDE_BY_SIDE = 8
/** After each; an engine writes its whole view of the cluster down before it serves anybody again. */
const REST_MS = 1

/** Touches only what is not so yet, because engines refuse to be told twice. */
export async function setSlots(
  route: Route,
  login: Login,
  ranges: readonly SlotRange[],
  mark: SlotMark,
): Promise<Answer<void>> {
  const commands = await respConversation(route, login, COMMAND_MS, (ask) => commandsFor(ask, ranges, mark))
  if (commands.kind !== 'answered') return commands
  const lanes = Array.from({ length: Math.min(SIDE_BY_SIDE, commands.value.length) }, (_, lane) =>
    commands.value.filter((_, i) => i % SIDE_BY_SIDE === lane),
  )
  const answers = await Promise.all(
    lanes.map((some) => respConversation(route, login, COMMAND_MS, (ask) => tell(ask, some))),
  )
  return answers.find((answer) => answer.kind !== 'answered') ?? done
}

async function commandsFor(
  ask: AskOn,
  ranges: readonly SlotRange[],
  { mark, peerId }: SlotMark,
): Promise<Answer<string[][]>> {
  const answer = await ask([['CLUSTER', 'NODES']], COMMAND_MS)
  if (answer.kind !== 'answered') return answer
  const view = slotView(answer.value[0])
  if (view === null) return SENSELESS
  const owners = ownersIn(view)
  const marked = new Map(view.marked.map((one) => [one.slot, one]))
  const has = (slot: number) => marked.get(slot)?.mark === mark && marked.get(slot)?.peerId === peerId
  const owns = (slot: number) => owners.get(slot) === view.id
  const tellOf = (what: string, slots: readonly number[]): Answer<string[][]> => ({
    kind: 'answered',
    value: slots.map((slot) => ['CLUSTER', 'SETSLOT', String(slot), what, peerId]),
  })
  const slots = slotsIn(ranges)
  switch (mark) {
    case 'importing':
      return tellOf(
        'IMPORTING',
        slots.filter((slot) => !owns(slot) && !has(slot)),
      )
    case 'migrating':
      return tellOf(
        'MIGRATING',
        slots.filter((slot) => owns(slot) && !has(slot)),
      )
    case 'owned': {
      const changing = slots.filter((slot) => owners.get(slot) !== peerId || marked.has(slot))
      const isUnsure = (slot: number) => !owns(slot) && marked.get(slot)?.mark !== 'importing'
      // Without the mark its claim would be no newer than that of the owner before, who would keep the slot.
      if (peerId === view.id && changing.some(isUnsure))
        return { kind: 'busy', because: 'it does not know that the slots are on their way' }
      return tellOf('NODE', changing)
    }
  }
}

/** One by one, with rests between, so that clients are served meanwhile. */
async function tell(ask: AskOn, commands: readonly string[][]): Promise<Answer<void>> {
  for (const command of commands) {
    const told = await ask([command], COMMAND_MS)
    if (told.kind !== 'answered') return told
    await sleep(REST_MS)
  }
  return done
}
