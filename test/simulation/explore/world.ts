import type { Ensured, Fenced, NodeReading } from '@cacheplane/domain'
import { newHistory, type Member, type Order, type Scene } from './scene.ts'
import { FIRST_PORT, ipOf } from './subject.ts'
import type { Call } from './step-replay.ts'
import type { Judge } from './properties.ts'

const UNHEARD = 'it did not answer in time'
const GONE = 'its container is gone'
const dead = (because: string) => ({ kind: 'refused', refusal: 'dead', because }) as const
const unknown = (because: string) => ({ kind: 'unknown', because }) as const

export type Perform = typeof perform

/** What the fleet answers to a call that is not lost, and what it does to the world. */
export function perform(scene: Scene, call: Call, judge: Judge): NodeReading | Fenced | Ensured<'dead'> {
  switch (call.name) {
    case 'routeEndpoint':
      if (call.route !== null) judge.routing(scene, call.route)
      scene.route = call.route
      return { kind: 'ready' }
    case 'examineNode':
      return examine(memberOf(scene, call), call.incarnation)
    case 'fenceNode':
      return fence(scene, memberOf(scene, call), call.incarnation)
    default:
      return order(scene, call, judge)
  }
}

function memberOf({ members }: Scene, { to }: { to: number }): Member {
  const member = members[to]
  if (member === undefined) throw new Error(`there is no node ${to}`)
  return member
}

function examine(member: Member, incarnation: number): NodeReading {
  if (member.isDark) return { kind: 'unreachable', because: UNHEARD }
  if (member.incarnation !== incarnation) return { kind: 'dead', because: GONE }
  if (member.state === 'dead') return { kind: 'dead', because: 'it exited with code 137' }
  if (member.state === 'frozen') return { kind: 'frozen', because: 'its container is paused' }
  const { role, isOpen, history, former, writes, link } = member
  return {
    kind: 'serving',
    version: '8.1.1',
    runId: String(incarnation),
    role,
    open: isOpen,
    maxmemoryBytes: 0,
    clusterNodeId: null,
    usedMemoryBytes: 0,
    replication: {
      historyId: history,
      formerHistoryId: former,
      offset: writes.length,
      keys: writes.length,
      loading: false,
      replicas: [],
      link: link === null ? null : linkFacts(link),
    },
  }
}

function linkFacts({ to, incarnation, state }: NonNullable<Member['link']>) {
  return {
    source: { host: ipOf(to, incarnation), port: FIRST_PORT + to },
    up: state === 'up',
    syncing: state === 'syncing',
    // Nobody is taken to be heard for long: to be mistaken in that is another matter than the order of things.
    lastHeardSeconds: 5,
  }
}

/** From here on offsets are compared: who is struck afterwards may have been missed. */
function fence(scene: Scene, member: Member, incarnation: number): Fenced {
  for (const one of scene.members) one.isStruck = one.isDark || one.state === 'frozen'
  if (member.isDark) return unknown(UNHEARD)
  if (member.incarnation !== incarnation) return { kind: 'fenced', how: 'was-dead', because: GONE }
  const how = member.state === 'dead' ? 'was-dead' : 'killed'
  die(member)
  return { kind: 'fenced', how, because: 'its process has ended' }
}

export function die(member: Member): void {
  Object.assign(member, { state: 'dead', unread: [] })
}

/** A connection to what is gone falls at once; one to what stands still stays. */
export function settleLinks({ members }: Scene): void {
  for (const { link, state } of members) {
    const source = link === null ? undefined : members[link.to]
    if (link === null || state !== 'running') continue
    if (source?.incarnation !== link.incarnation || source.state === 'dead') link.state = 'down'
  }
}

function order(scene: Scene, call: Order, judge: Judge): Ensured<'dead'> {
  const member = memberOf(scene, call)
  if (member.isDark) return unknown(UNHEARD)
  if (member.incarnation !== call.incarnation || member.state === 'dead') return dead(GONE)
  if (member.state === 'frozen') {
    if (!member.unread.some(({ name }) => name === call.name)) member.unread.push(call)
    return unknown(UNHEARD)
  }
  obey(scene, call, judge)
  return { kind: 'ready' }
}

/** The process carries out an order. */
export function obey(scene: Scene, { name, to, source }: Order, judge: Judge): void {
  const member = memberOf(scene, { to })
  switch (name) {
    case 'openNode':
      judge.opening(scene, to)
      Object.assign(member, { isOpen: true, admits: true })
      return
    case 'closeNode':
      Object.assign(member, { isOpen: false, admits: false })
      return
    case 'followPrimary':
      if (source === null || isSame(member.link, source)) return
      Object.assign(member, {
        role: 'replica',
        lends: false,
        link: { ...source, state: 'down', flows: false },
      })
      return
    case 'promoteNode':
      if (member.link === null && !member.lends) return
      judge.promotion(scene, to)
      member.lends = false
      return lead(scene, member)
    case 'lendNode':
      member.lends = true
      return lead(scene, member)
  }
}

/** On a history of its own, which knows where the old one ended. */
function lead(scene: Scene, member: Member): void {
  if (member.link === null) return
  Object.assign(member, { role: 'primary', link: null, former: member.history, history: newHistory(scene) })
}

export function isSame(link: Scene['route'], other: Scene['route']): boolean {
  return link !== null && other !== null && link.to === other.to && link.incarnation === other.incarnation
}

/** Clients' writes would be acknowledged, now or when it goes on. */
export function takesWrites({ state, isOpen, role, lends }: Member): boolean {
  return state !== 'dead' && isOpen && role === 'primary' && !lends
}
