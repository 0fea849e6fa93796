import { setTimeout as sleep } from 'node:timers/promises'
import { restAfter, slotsIn, type SlotMark, type SlotRange } from '@cacheplane/domain'
import { COMMAND_MS } from '../core/deadlines.ts'
import type { Answer } from '../core/node-control.ts'
import type { Route } from './connect.ts'
import { respConversation, type AskOn } from './resp-conversation.ts'
import type { ParsedNodes } from './parse-cluster-nodes.ts'
import type { Login } from './resp-session.ts'
import { ownersIn, SENSELESS, slotView } from './slot-view.ts'

const done = { kind: 'answered', value: undefined } as const
/** An engine that is told so many at once writes its view of the cluster down once, instead of so many times. */
const AT_ONCE = 32
/** With a replica, Valkey takes the next one of a connection only when the replica has the last: some go side by side. */
const LANES_WITH_REPLICAS = 8

/** Touches only what is not so yet, because engines refuse to be told twice. */
export async function setSlots(
  route: Route,
  login: Login,
  ranges: readonly SlotRange[],
  mark: SlotMark,
): Promise<Answer<void>> {
  return respConversation(route, login, COMMAND_MS, async (ask) => {
    const answer = await ask([['CLUSTER', 'NODES']], COMMAND_MS)
    if (answer.kind !== 'answered') return answer
    const view = slotView(answer.value[0])
    if (view === null) return SENSELESS
    const commands = commandsFor(view, ranges, mark)
    if (commands.kind !== 'answered') return commands
    const hasReplicas = view.peers.some(({ primaryId }) => primaryId === view.id)
    const lanes = hasReplicas ? Math.min(LANES_WITH_REPLICAS, commands.value.length) : 1
    return withLanes(route, login, [ask], lanes, (asks) => tellAll(asks, commands.value))
  })
}

/** As many conversations at once, with the first ones that there are. */
function withLanes<T>(
  route: Route,
  login: Login,
  asks: readonly AskOn[],
  lanes: number,
  talk: (asks: readonly AskOn[]) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  if (asks.length >= lanes) return talk(asks)
  return respConversation(route, login, COMMAND_MS, (ask) =>
    withLanes(route, login, [...asks, ask], lanes, talk),
  )
}

/** Some at once, and then a rest in which clients are served. */
async function tellAll(asks: readonly AskOn[], commands: readonly string[][]): Promise<Answer<void>> {
  for (let from = 0; from < commands.length; from += AT_ONCE) {
    const some = commands.slice(from, from + AT_ONCE)
    const begunAt = performance.now()
    const answers = await Promise.all(
      asks.slice(0, some.length).map((ask, lane) =>
        ask(
          some.filter((_, i) => i % asks.length === lane),
          COMMAND_MS,
        ),
      ),
    )
    const failure = answers.find((answer) => answer.kind !== 'answered')
    if (failure !== undefined) return failure
    await sleep(restAfter(performance.now() - begunAt))
  }
  return done
}

function commandsFor(
  view: ParsedNodes,
  ranges: readonly SlotRange[],
  { mark, peerId }: SlotMark,
): Answer<string[][]> {
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
