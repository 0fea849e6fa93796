import { isDue } from './commit-step.ts'
import { passTime, LONG_MS } from './time.ts'
import { workerMoves, worldMoves, type Move } from './moves.ts'
import { Judge } from './properties.ts'
import { sceneOf, textOf, type Member, type Scene } from './scene.ts'
import { isSame, settleLinks, takesWrites, type Perform } from './world.ts'

/** What becomes of a scene when nothing fails any more: null when the group serves again, otherwise what is wrong. */
export interface FairEnd {
  wrong: string | null
  hasData: boolean
}

const SCENES_MAX = 400

/** Follows scenes to their end when no more faults come, and remembers the ends of those that it has passed. */
export class FairEnds {
  readonly #known = new Map<string, FairEnd>()

  constructor(private readonly fleet: Perform) {}

  async of(text: string): Promise<FairEnd> {
    const passed: string[] = []
    let at = text
    for (;;) {
      const known = this.#known.get(at) ?? (await this.#end(at, passed))
      if (known !== null) {
        for (const one of passed) this.#known.set(one, known)
        return known
      }
      passed.push(at)
      at = await this.#next(at)
    }
  }

  async #end(text: string, passed: readonly string[]): Promise<FairEnd | null> {
    const scene = sceneOf(text)
    if (passed.length > SCENES_MAX || passed.includes(text))
      return { wrong: `LV4: it is never over at ${scene.work.step}`, hasData: true }
    if (!isAtRest(scene)) return null
    const wrong = wrongAtRest(scene)
    return wrong === null ? { wrong, hasData: hasData(scene.members[scene.primary]) } : null
  }

  /** The world has its way first, then the worker; only when neither can go on does time pass. */
  async #next(text: string): Promise<string> {
    const scene = sceneOf(text)
    if (isAtRest(scene)) return after(text, PATROL)
    const [first] = fairMoves(scene)
    if (first !== undefined) return after(text, first)
    if (scene.work.naps && scene.work.held === null) return afterNap(text)
    const [own] = await workerMoves(scene, this.fleet)
    if (own === undefined) throw new Error('a worker that could go on does nothing')
    return after(text, own)
  }
}

/** What does not serve is found by the patrol, sooner or later. */
const PATROL: Move = { label: 'the patrol', act: ({ work }) => void (work.signals.checkup = true) }

function isAtRest(scene: Scene): boolean {
  return !isDue(scene) && scene.work.held === null && fairMoves(scene).length === 0
}

/** Everything comes back, everything late arrives, what is linked catches up. */
function fairMoves(scene: Scene): Move[] {
  const { left } = scene
  return worldMoves({ ...scene, left: { ...left, faults: 0, writes: 0 } })
}

function after(text: string, { act }: Move): string {
  const next = sceneOf(text)
  act(next, new Judge())
  settleLinks(next)
  return textOf(next)
}

function afterNap(text: string): string {
  for (const ms of [sceneOf(text).momentMs, LONG_MS]) {
    const next = sceneOf(text)
    passTime(next, ms)
    next.work.naps = false
    const passed = textOf(next)
    next.work.naps = true
    if (textOf(next) !== text || ms === LONG_MS) return passed
  }
  return text
}

function wrongAtRest({ members, primary, route }: Scene): string | null {
  const serving = members[primary]
  if (serving === undefined || !takesWrites(serving)) return 'LV4: the primary takes no writes'
  if (!isSame(route, { to: primary, incarnation: serving.incarnation }))
    return 'LV4: clients are not led to the primary'
  const idle = members.findIndex(
    (one, index) => index !== primary && (one.link?.to !== primary || !one.isOpen || one.link.state !== 'up'),
  )
  return idle < 0 ? null : `LV5: node ${idle} does not serve`
}

const hasData = (member: Member | undefined): boolean => member?.writes.includes(0) === true

/** Whether a copy of the data has survived that nobody has given up yet. */
export function hasCopy({ members, work }: Scene): boolean {
  const failover = work.frame['failover'] as
    { lostNodeId: string; tried: string[]; kind: string } | null | undefined
  const isSettled = failover === null || failover === undefined || failover.kind === 'switch'
  const given = isSettled ? [] : [failover.lostNodeId, ...failover.tried]
  return members.some(
    (one, index) =>
      one.state !== 'dead' &&
      one.isOpen &&
      one.link?.state !== 'syncing' &&
      one.writes.includes(0) &&
      one.row.incarnation === one.incarnation &&
      !one.row.isReplaced &&
      !given.includes(`node-${index}`),
  )
}
