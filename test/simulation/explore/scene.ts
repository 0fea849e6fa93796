import type { FailoverKind, Signal } from '@cacheplane/domain'

/** A node group's member: its row, and what stands of it. Histories are named `h<n>`, writes are numbered. */
export interface Member {
  /** What the rows say. */
  row: { incarnation: number; isIn: boolean; step: 'wait' | 'boot'; isReplaced: boolean }
  incarnation: number
  state: 'running' | 'frozen' | 'dead'
  /** Neither it nor its engine can be reached. */
  isDark: boolean
  role: 'primary' | 'replica'
  isOpen: boolean
  admits: boolean
  lends: boolean
  history: string
  former: string | null
  writes: number[]
  /** `flows`: what its primary writes reaches it; after a full copy that begins with the next moment. */
  link: { to: number; incarnation: number; state: 'down' | 'syncing' | 'up'; flows: boolean } | null
  /** Orders that have reached a process that stands still: it obeys when it goes on. */
  unread: Order[]
  /** Something befell it since the last fence, so that nobody could count on hearing it. */
  isStruck: boolean
  /** It could not be fenced otherwise than by the route: it is to be reached by nobody through the endpoint. */
  isOutlawed: boolean
}

export type OrderName = 'promoteNode' | 'followPrimary' | 'lendNode' | 'openNode' | 'closeNode'

export interface Order {
  name: OrderName
  to: number
  incarnation: number
  /** Of `followPrimary`: whom. */
  source: { to: number; incarnation: number } | null
}

export interface Failover {
  id: string
  kind: FailoverKind
  epoch: number | null
  status: 'requested' | 'running'
  to: number | null
  isFenced: boolean
  promotions: number
}

/** The workflow's row, and what the worker that holds its lease has heard so far in its step. */
interface Work {
  step: string
  frame: Record<string, unknown>
  /** True when it was raised since the step began. */
  signals: Partial<Record<Signal, boolean>>
  naps: boolean
  held: { began: Rows; answers: Record<number, unknown> } | null
}

/** What a step reads of the rows when it begins. */
export interface Rows {
  step: string
  frame: Record<string, unknown>
  signals: Signal[]
  epoch: number
  primary: number
  failover: Failover | null
  members: Member['row'][]
}

/** One state of the model: a node group in service, its endpoint, its rows, and how much may still go wrong. */
export interface Scene {
  isAutomatic: boolean
  members: Member[]
  route: { to: number; incarnation: number } | null
  work: Work
  epoch: number
  primary: number
  failover: Failover | null
  /** Orders of a worker that has lost its lease, on their way. */
  late: Order[]
  /** Histories whose nodes have acknowledged writes, in order. */
  acknowledged: string[]
  nextWrite: number
  harms: readonly Harm[]
  /** How long nothing happens when a workflow naps, unless that is for very long. */
  momentMs: number
  left: Budget
}

/** What can befall a node: `out of sight`, neither it nor its engine can be reached. */
export type Harm = 'dies' | 'freezes' | 'is out of sight'

/** How often each kind of thing may happen. */
interface Budget {
  faults: number
  lostAnswers: number
  deaths: number
  writes: number
}

/** The moment at which every scene plays: what lies in the past is moved further back instead. */
export const NOW_MS = Date.UTC(2026, 0, 1)

const SERVING: Pick<Member, 'row' | 'incarnation' | 'state' | 'isDark' | 'lends' | 'former'> = {
  row: { incarnation: 1, isIn: true, step: 'wait', isReplaced: false },
  incarnation: 1,
  state: 'running',
  isDark: false,
  lends: false,
  former: null,
}

export interface Opening {
  isAutomatic: boolean
  /** Somebody has asked for this change of primary. */
  asked: 'test' | 'switch' | null
  harms: readonly Harm[]
  momentMs: number
  left: Budget
}

/** Three members with one write, all well. */
export function openingScene({ isAutomatic, asked, harms, momentMs, left }: Opening): Scene {
  const members = [0, 1, 2].map((index): Member => ({
    ...SERVING,
    role: index === 0 ? 'primary' : 'replica',
    isOpen: true,
    admits: true,
    history: 'h0',
    writes: [0],
    link: index === 0 ? null : { to: 0, incarnation: 1, state: 'up', flows: true },
    unread: [],
    isStruck: false,
    isOutlawed: false,
  }))
  const blank = { epoch: null, status: 'requested', isFenced: false, promotions: 0 } as const
  return {
    isAutomatic,
    members,
    route: { to: 0, incarnation: 1 },
    work: {
      step: 'wait',
      frame: { formed: true, historyId: 'h0' },
      signals: asked === null ? {} : { failover: false },
      naps: false,
      held: null,
    },
    epoch: 0,
    primary: 0,
    failover:
      asked === null ? null : { ...blank, id: 'asked', kind: asked, to: asked === 'switch' ? 1 : null },
    late: [],
    acknowledged: ['h0'],
    nextWrite: 1,
    harms,
    momentMs,
    left,
  }
}

/** The scene as text, by which it is known. Histories are renamed in the order of their appearance: only who shares one counts. */
export function textOf(scene: Scene): string {
  const names = new Map<string, string>()
  return JSON.stringify(scene).replaceAll(/"h\d+"/g, (name) => {
    const known = names.get(name) ?? `"h${names.size}"`
    names.set(name, known)
    return known
  })
}

export const sceneOf = (text: string): Scene => JSON.parse(text) as Scene

/** A name that no history of the scene has. */
export function newHistory(scene: Scene): string {
  const taken = new Set(JSON.stringify(scene).match(/"h\d+"/g))
  for (let i = 0; ; i++) if (!taken.has(`"h${i}"`)) return `h${i}`
}
