import { describe, expect, it } from 'vitest'
import { explore } from './explore.ts'
import { SMALL } from './menu.ts'
import { perform, type Perform } from './world.ts'

describe('in every order of what can happen, S1-S5, LV4 and LV5 hold while', () => {
  it.each(SMALL)('%s', async (name, opening) => {
    const { states, transitions, depth, violation } = await explore(opening)
    process.stdout.write(`${name}: ${states} states, ${transitions} transitions, ${depth} deep\n`)
    expect(violation).toBeNull()
    expect(states).toBeGreaterThan(200)
  })
})

/** Whoever is to be fenced is left alone, and said to be dead. */
const fencesNobody =
  (isLeft: (scene: Parameters<Perform>[0], to: number) => boolean): Perform =>
  (scene, call, judge) =>
    call.name === 'fenceNode' && isLeft(scene, call.to)
      ? { kind: 'fenced', how: 'killed', because: 'so they say' }
      : perform(scene, call, judge)

/** All replicas seem to have come equally far, as they had before the fence. */
const remembersOffsets: Perform = (scene, call, judge) => {
  const answer = perform(scene, call, judge)
  return answer.kind === 'serving' && answer.role === 'replica' && scene.work.step !== 'converge'
    ? { ...answer, replication: { ...answer.replication, offset: 1 } }
    : answer
}

/** Whoever is to be closed says that it is, and is not. */
const closesNobody: Perform = (scene, call, judge) =>
  call.name === 'closeNode' ? { kind: 'ready' } : perform(scene, call, judge)

/** Routes stay as they are. */
const routesNobody: Perform = (scene, call, judge) =>
  call.name === 'routeEndpoint' ? { kind: 'ready' } : perform(scene, call, judge)

const NOTHING = { faults: 0, lostAnswers: 0, deaths: 0, writes: 0 }
const ASKED = { isAutomatic: true, harms: ['freezes'], momentMs: 9_500, asked: 'test' } as const

describe('with a guard switched off, the exploration finds the way to a broken promise', () => {
  it.each<[string, RegExp, Perform, Parameters<typeof explore>[0]]>([
    ['the fence', /^S4/, fencesNobody((scene, to) => to === scene.primary), { ...ASKED, left: NOTHING }],
    ['offsets read after the fence', /^S3/, remembersOffsets, { ...ASKED, left: { ...NOTHING, writes: 1 } }],
    [
      'the fence of a candidate whose promotion nobody knows of',
      /^S[14]/,
      fencesNobody((scene, to) => to !== scene.primary),
      { ...ASKED, left: { ...NOTHING, faults: 1 } },
    ],
    [
      'the end of writes before a switch',
      /^S[145]/,
      closesNobody,
      { ...ASKED, asked: 'switch', isAutomatic: false, left: NOTHING },
    ],
    ['the route', /^LV4/, routesNobody, { ...ASKED, left: NOTHING }],
  ])('%s', async (_, telling, fleet, opening) => {
    const { violation } = await explore({ ...opening, fleet })
    expect(violation?.what).toMatch(telling)
  })
})
