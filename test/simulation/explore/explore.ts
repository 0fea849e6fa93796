import { workerMoves, worldMoves } from './moves.ts'
import { Judge } from './properties.ts'
import { FairEnds, hasCopy } from './fair-end.ts'
import { perform, settleLinks, type Perform } from './world.ts'
import { openingScene, sceneOf, textOf, type Opening } from './scene.ts'

export interface Explored {
  states: number
  transitions: number
  /** How far the furthest scene is from the first. */
  depth: number
  /** The first promise that was found broken, and the way there. */
  violation: { what: string; path: string[] } | null
}

export interface ExploreOptions extends Opening {
  /** A sabotage test breaks a guard here: what the fleet does and answers is not what it should. */
  fleet?: Perform
  /** Gives up beyond so many scenes: the model was meant to be smaller. */
  statesMax?: number
}

const STATES_MAX = 1_000_000

interface Found {
  parent: number
  label: string
  depth: number
}

/** Visits every scene that can come of the first, breadth first, so that the way to a broken promise is the shortest. */
export async function explore({
  fleet = perform,
  statesMax = STATES_MAX,
  ...opening
}: ExploreOptions): Promise<Explored> {
  const texts = [textOf(openingScene(opening))]
  const known = new Set(texts)
  const found: Found[] = [{ parent: -1, label: 'all is well', depth: 0 }]
  let transitions = 0
  const sum = (violation: Explored['violation']): Explored => ({
    states: texts.length,
    transitions,
    depth: found.at(-1)?.depth ?? 0,
    violation,
  })
  const ends = new FairEnds(fleet)
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at] ?? ''
    const scene = sceneOf(text)
    const { wrong, hasData } = await ends.of(text)
    const isLost = !hasData && hasCopy(scene)
    if (wrong !== null || isLost)
      return sum({ what: wrong ?? 'LV4: a copy survives, and the group ends empty', path: pathTo(found, at) })
    for (const { label, act } of [...(await workerMoves(scene, fleet)), ...worldMoves(scene)]) {
      const judge = new Judge()
      const next = sceneOf(text)
      act(next, judge)
      settleLinks(next)
      judge.scene(next)
      transitions++
      const [what] = judge.violations
      if (what !== undefined) return sum({ what, path: [...pathTo(found, at), label] })
      const nextText = textOf(next)
      if (known.has(nextText)) continue
      known.add(nextText)
      texts.push(nextText)
      found.push({ parent: at, label, depth: (found[at]?.depth ?? 0) + 1 })
    }
    if (texts.length > statesMax) throw new Error(`there are more than ${statesMax} scenes`)
  }
  return sum(null)
}

function pathTo(found: readonly Found[], at: number): string[] {
  const path: string[] = []
  for (let i = at; i >= 0; i = found[i]?.parent ?? -1) path.unshift(found[i]?.label ?? '')
  return path
}
