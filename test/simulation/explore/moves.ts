import { beginStep, commitStep, isDue } from './commit-step.ts'
import type { Judge } from './properties.ts'
import { newHistory, type Harm, type Member, type Scene } from './scene.ts'
import { replayStep, type Call, type Ended, type Stand } from './step-replay.ts'
import { LONG_MS, passTime } from './time.ts'
import { die, obey, perform, takesWrites, type Perform } from './world.ts'

/** One thing that can happen in a scene. */
export interface Move {
  label: string
  act: (scene: Scene, judge: Judge) => void
}

/** What the world does by itself, and what it can do to us. */
export function worldMoves(scene: Scene): Move[] {
  return [
    ...scene.members.flatMap((member, index) => [
      ...replication(scene, member, index),
      ...keeping(member, index),
      ...faults(scene, member, index),
      ...returns(member, index),
    ]),
    ...clients(scene),
    ...lateOrders(scene),
  ]
}

/** What the worker does, and what becomes of it. */
export async function workerMoves(scene: Scene, fleet: Perform): Promise<Move[]> {
  const { work } = scene
  if (isDue(scene)) return [{ label: 'a worker takes the lease', act: beginStep }, ...passing(scene)]
  if (work.held === null) return []
  const stand = await replayStep(scene)
  return [
    ...(stand.kind === 'ended' ? [ending(stand)] : carryOn(scene, stand.calls, fleet)),
    ...loss(scene, stand),
  ]
}

const ending = (ended: Ended): Move => ({
  label: `commits ${ended.outcome.kind === 'hop' ? `and goes on at ${ended.outcome.to}` : ended.outcome.kind}`,
  act: (scene, judge) => commitStep(scene, ended, judge),
})

type Waiting = Extract<Stand, { kind: 'waits' }>['calls']

/** Looks are taken together, as nothing comes of them; effects come one by one, in any order. */
function carryOn(scene: Scene, calls: Waiting, fleet: Perform): Move[] {
  const looks = calls.filter(({ call }) => call.name === 'examineNode')
  if (looks.length > 0)
    return [
      look(looks, fleet),
      ...(scene.left.lostAnswers > 0 ? looks.map((one) => look(looks, fleet, one)) : []),
    ]
  return calls.flatMap(({ index, call }) => {
    const answered: Move = {
      label: describe(call),
      act: (next, judge) => answer(next, index, fleet(next, call, judge)),
    }
    if (scene.left.lostAnswers === 0) return [answered]
    return [answered, lose(index, call, null), lose(index, call, fleet)]
  })
}

function look(looks: Waiting, fleet: Perform, lost?: Waiting[number]): Move {
  const label = `looks${lost === undefined ? '' : `, and does not hear: ${describe(lost.call)}`}`
  return {
    label,
    act: (scene, judge) => {
      for (const { index, call } of looks) answer(scene, index, fleet(scene, call, judge))
      if (lost === undefined || lost.call.name !== 'examineNode') return
      scene.left.lostAnswers--
      const member = scene.members[lost.call.to]
      if (member !== undefined) member.isStruck = true
      answer(scene, lost.index, { kind: 'silent', because: 'it did not answer in time' })
    },
  }
}

/** @param fleet null when it never hears of the call */
function lose(index: number, call: Call, fleet: Perform | null): Move {
  return {
    label: `${describe(call)}, lost ${fleet === null ? 'before' : 'after'} its effect`,
    act: (scene, judge) => {
      fleet?.(scene, call, judge)
      scene.left.lostAnswers--
      answer(scene, index, { kind: 'unknown', because: 'the answer was lost' })
    },
  }
}

function answer({ work }: Scene, index: number, value: unknown): void {
  if (work.held !== null) work.held.answers[index] = value
}

function describe(call: Call): string {
  if (call.name === 'routeEndpoint')
    return `routes to ${call.route === null ? 'nobody' : `node ${call.route.to}`}`
  return `${call.name} ${call.to}/${call.incarnation}`
}

/** The worker dies, or its lease runs out and another goes on while its last orders are still on their way. */
function loss({ left }: Scene, stand: Stand): Move[] {
  if (left.deaths === 0) return []
  const orders = stand.kind === 'ended' ? [] : stand.calls.map(({ call }) => call).filter(isOrder)
  const drop = (scene: Scene): void => {
    scene.left.deaths--
    scene.work.held = null
  }
  const overtaken: Move = {
    label: 'the worker is overtaken, and its orders are on their way',
    act: (scene) => {
      drop(scene)
      scene.late.push(...orders)
    },
  }
  return [{ label: 'the worker dies', act: drop }, ...(orders.length > 0 ? [overtaken] : [])]
}

type SentOrder = Scene['late'][number]
const isOrder = (call: Call): call is SentOrder => 'source' in call

function lateOrders({ late }: Scene): Move[] {
  return late.map((order, i) => ({
    label: `late: ${describe(order)}`,
    act: (scene, judge) => {
      scene.late.splice(i, 1)
      perform(scene, order, judge)
    },
  }))
}

function passing({ work, momentMs }: Scene): Move[] {
  if (!work.naps) return []
  return [momentMs, LONG_MS].map((ms) => ({ label: `${ms} ms pass`, act: (scene) => passTime(scene, ms) }))
}

function replication(scene: Scene, replica: Member, index: number): Move[] {
  const { link } = replica
  if (link === null || replica.state !== 'running' || replica.isDark) return []
  const primary = scene.members[link.to]
  if (primary?.incarnation !== link.incarnation || primary.state !== 'running' || primary.isDark) return []
  const take = (one: Member): void => {
    Object.assign(one, { writes: [...primary.writes], history: primary.history, former: primary.former })
    setLink(one, 'up', link.state !== 'syncing')
  }
  if (link.state === 'syncing') return [change(index, 'has its full copy', take)]
  if (link.state === 'up') {
    if (!link.flows) return []
    const isBehind = replica.writes.length < primary.writes.length || replica.history !== primary.history
    return isBehind ? [change(index, 'catches up', take)] : []
  }
  if (!primary.admits) return []
  const isPrefix =
    [primary.history, primary.former].includes(replica.history) &&
    replica.writes.every((write, i) => primary.writes[i] === write)
  return [change(index, 'links', (one) => (isPrefix ? take(one) : setLink(one, 'syncing', false)))]
}

function setLink({ link }: Member, state: 'down' | 'syncing' | 'up', flows: boolean): void {
  if (link !== null) Object.assign(link, { state, flows })
}

/** A node's own workflow makes it again when that is asked of it. */
function keeping({ row }: Member, index: number): Move[] {
  if (row.step === 'wait' && !row.isReplaced) return []
  if (row.step === 'wait')
    return [
      change(index, 'is to be made again', (one) =>
        Object.assign(one.row, {
          incarnation: one.row.incarnation + 1,
          isIn: false,
          step: 'boot',
          isReplaced: false,
        }),
      ),
    ]
  return [
    {
      label: `node ${index} is made again`,
      act: (scene) => {
        const one = scene.members[index]
        if (one === undefined) return
        Object.assign(one, { state: 'running', role: 'primary', isOpen: false, admits: false, lends: false })
        Object.assign(one, {
          incarnation: one.row.incarnation,
          former: null,
          writes: [],
          link: null,
          unread: [],
        })
        Object.assign(one, { isStruck: false, isOutlawed: false, history: newHistory(scene) })
        one.row.step = 'wait'
        raise(scene, 'converge')
      },
    },
  ]
}

function faults({ left, harms }: Scene, member: Member, index: number): Move[] {
  if (left.faults === 0) return []
  return harms
    .filter((harm) => isPossible(harm, member))
    .map((harm) => ({
      label: `node ${index} ${harm}`,
      act: (scene) => {
        const one = scene.members[index]
        if (one === undefined) return
        scene.left.faults--
        if (harm === 'dies') die(one)
        else if (harm === 'freezes') one.state = 'frozen'
        else one.isDark = true
        one.isStruck = true
        raise(scene, 'checkup')
      },
    }))
}

function isPossible(harm: Harm, { state, isDark }: Member): boolean {
  if (isDark) return false
  return harm === 'dies' ? state !== 'dead' : harm === 'is out of sight' || state === 'running'
}

/** What is frozen goes on, and obeys what it was told meanwhile; what was out of sight is seen again. */
function returns({ state, isDark }: Member, index: number): Move[] {
  const thaw: Move = {
    label: `node ${index} thaws`,
    act: (scene, judge) => {
      const one = scene.members[index]
      if (one === undefined) return
      const { unread } = one
      Object.assign(one, { state: 'running', unread: [], isStruck: true })
      for (const order of unread) obey(scene, order, judge)
    },
  }
  const seen = change(index, 'is in sight again', (one) =>
    Object.assign(one, { isDark: false, isStruck: true }),
  )
  return [...(state === 'frozen' ? [thaw] : []), ...(isDark ? [seen] : [])]
}

function clients({ left, route, members }: Scene): Move[] {
  const target = route === null ? undefined : members[route.to]
  if (left.writes === 0 || route === null || target === undefined) return []
  const isReached = target.state === 'running' && !target.isDark && target.incarnation === route.incarnation
  if (!isReached || !takesWrites(target)) return []
  return [
    {
      label: `node ${route.to} acknowledges a write`,
      act: (scene, judge) => {
        const one = scene.members[route.to]
        if (one === undefined) return
        judge.acknowledgement(scene, one)
        one.writes.push(scene.nextWrite++)
        scene.left.writes--
        if (scene.acknowledged.at(-1) !== one.history) scene.acknowledged.push(one.history)
      },
    },
  ]
}

function change(index: number, what: string, act: (one: Member) => unknown): Move {
  return {
    label: `node ${index} ${what}`,
    act: ({ members }) => {
      const one = members[index]
      if (one !== undefined) act(one)
    },
  }
}

function raise({ work }: Scene, signal: 'checkup' | 'converge'): void {
  work.signals[signal] = true
}
