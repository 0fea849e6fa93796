import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canFollow } from './can-follow.ts'
import type { NodeChoice } from '../resources.ts'
import { isSameChoice } from './node-choice.ts'
import {
  COPY_WITHIN_MS,
  planRolling,
  type RollingAction,
  type RollingCase,
  type RollingNode,
} from './plan-rolling.ts'

const OLD: NodeChoice = {
  engine: 'redis',
  engineVersion: '6.0',
  cacheNodeType: 'cache.t4g.micro',
  transitEncryptionMode: null,
}
const NEW: NodeChoice = {
  engine: 'valkey',
  engineVersion: '8.1',
  cacheNodeType: 'cache.t4g.small',
  transitEncryptionMode: 'preferred',
}

const aMember = (n: number, over: Partial<RollingNode> = {}): RollingNode => ({
  nodeId: `node-${n}`,
  cacheClusterId: `sessions-00${n}`,
  choice: OLD,
  isOutdated: false,
  isPrimary: n === 1,
  replaces: null,
  leaving: false,
  hasCopy: true,
  failure: null,
  ageMs: 0,
  ...over,
})

const aCase = (nodes: RollingNode[], over: Partial<RollingCase> = {}): RollingCase => ({
  nodes,
  wanted: NEW,
  isStopping: false,
  isOthersTurn: false,
  isSettled: true,
  usedBytes: 0,
  switchesFailed: 0,
  ...over,
})

/** A node group that does what it is told, in its own time, and loses its primary now and then. */
class ModelGroup {
  #made = 0

  constructor(
    public nodes: RollingNode[],
    private readonly wanted: NodeChoice,
    private readonly chance: () => number,
  ) {}

  /** What comes by itself: copies get complete, nodes go, a primary dies and somebody with a copy takes over. */
  live(isStormy: boolean): void {
    const roll = this.chance()
    if (roll < 0.4) return this.#update((one) => (one.hasCopy ? one : { ...one, hasCopy: true }))
    if (roll < 0.8) this.#go()
    else if (isStormy && roll < 0.9) this.#failOver()
  }

  get isSettled(): boolean {
    return this.nodes.every((one) => one.leaving || one.hasCopy || one.replaces !== null)
  }

  obey(action: RollingAction): void {
    switch (action.do) {
      case 'add': {
        const old = this.nodes.find(({ nodeId }) => nodeId === action.nodeId)
        if (old === undefined) throw new Error('a successor of nobody')
        const nodeId = `new-${++this.#made}`
        const { cacheClusterId } = old
        this.nodes = [
          ...this.nodes,
          aMember(0, {
            nodeId,
            cacheClusterId,
            replaces: old.nodeId,
            choice: this.wanted,
            hasCopy: false,
            isPrimary: false,
          }),
        ]
        return
      }
      case 'retire':
        return this.#leave(action.nodeId)
      case 'switch': {
        const to = this.nodes.find(({ nodeId }) => nodeId === action.nodeId)
        this.#update((one) => ({ ...one, isPrimary: one.nodeId === action.nodeId }))
        return this.#leave(to?.replaces ?? '')
      }
      case 'stop':
        if (action.retire !== null) this.#leave(action.retire)
        return
      case 'wait':
      case 'finish':
        return
    }
  }

  #leave(nodeId: string): void {
    this.#update((one) => (one.nodeId === nodeId ? { ...one, leaving: true } : one))
  }

  #go(): void {
    const gone = this.nodes.filter((one) => one.leaving && !one.isPrimary).map(({ nodeId }) => nodeId)
    this.nodes = this.nodes
      .filter(({ nodeId }) => !gone.includes(nodeId))
      .map((one) => (one.replaces !== null && gone.includes(one.replaces) ? { ...one, replaces: null } : one))
  }

  #failOver(): void {
    const heirs = this.nodes.filter((one) => !one.isPrimary && one.hasCopy && !one.leaving)
    const heir = heirs[Math.floor(this.chance() * heirs.length)]
    if (heir === undefined) return
    // The others follow, or are made again as what can.
    this.#update((one) => {
      if (one === heir) return { ...one, isPrimary: true }
      const choice = canFollow(one.choice, heir.choice)
        ? one.choice
        : { ...one.choice, ...engineOf(heir.choice) }
      return { ...one, choice, isPrimary: false, hasCopy: one.isPrimary ? false : one.hasCopy }
    })
  }

  #update(change: (one: RollingNode) => RollingNode): void {
    this.nodes = this.nodes.map(change)
  }
}

const engineOf = ({ engine, engineVersion }: NodeChoice) => ({ engine, engineVersion })

describe('a plan of a rolling change', () => {
  it('never takes two nodes down, never leaves fewer copies than members, and ends with every node new', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 2 ** 31 - 2 }), (size, seed) => {
        let state = seed
        const chance = () => (state = (state * 48_271) % (2 ** 31 - 1)) / (2 ** 31 - 1)
        const members = Array.from({ length: size }, (_, i) => aMember(i + 1))
        const group = new ModelGroup(members, NEW, chance)
        for (let step = 0; step < 2_000; step += 1) {
          group.live(step < 100)
          const action = planRolling(aCase(group.nodes, { isSettled: group.isSettled }))
          const wereWhole = group.nodes.filter((one) => one.hasCopy && !one.leaving).length
          group.obey(action)
          const leaving = group.nodes.filter((one) => one.leaving)
          const whole = group.nodes.filter((one) => one.hasCopy && !one.leaving)
          expect(leaving.length).toBeLessThanOrEqual(1)
          if (leaving.length > 0) expect(whole.length).toBeGreaterThanOrEqual(Math.min(size, wereWhole))
          expect(whole.length).toBeGreaterThan(0)
          expect(action.do).not.toBe('stop')
          if (action.do === 'finish') break
        }
        expect(group.nodes).toHaveLength(size)
        expect(group.nodes.every((one) => isSameChoice(one.choice, NEW) && one.replaces === null)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('renews nodes that stay what they are, as long as nobody stops it', () => {
    const members = [aMember(1, { isOutdated: true }), aMember(2, { isOutdated: true })]
    const over = { wanted: null }
    expect(planRolling(aCase(members, over))).toEqual({ do: 'add', nodeId: 'node-2' })
    expect(planRolling(aCase(members, { ...over, isStopping: true }))).toEqual({ do: 'finish' })
    const successor = aMember(3, { replaces: 'node-2', cacheClusterId: 'sessions-002' })
    const begun = aCase([...members, successor], { ...over, isStopping: true })
    expect(planRolling(begun)).toMatchObject({ do: 'retire', nodeId: 'node-2' })
    expect(planRolling(aCase([aMember(1), aMember(2)], over))).toEqual({ do: 'finish' })
  })

  it('begins with replicas, by name, and comes to the primary last', () => {
    const [primary, ...replicas] = [aMember(1), aMember(3), aMember(2)] as const
    expect(planRolling(aCase([primary, ...replicas]))).toEqual({ do: 'add', nodeId: 'node-2' })
    const done = replicas.map((one) => ({ ...one, choice: NEW }))
    expect(planRolling(aCase([primary, ...done]))).toEqual({ do: 'add', nodeId: 'node-1' })
  })

  it('begins nothing while a member does not serve, or a node is on its way out', () => {
    expect(planRolling(aCase([aMember(1)], { isSettled: false })).do).toBe('wait')
    expect(planRolling(aCase([aMember(1), aMember(2, { leaving: true })])).do).toBe('wait')
  })

  const successor = aMember(9, { replaces: 'node-1', choice: NEW, isPrimary: false })

  it('hands the primary over only to a successor that has its copy', () => {
    expect(planRolling(aCase([aMember(1), { ...successor, hasCopy: false }])).do).toBe('wait')
    expect(planRolling(aCase([aMember(1), successor]))).toEqual({ do: 'switch', nodeId: 'node-9' })
  })

  it.each([
    ['could not be made', { failure: 'no such image' }, {}],
    ['gets no copy', { hasCopy: false, ageMs: COPY_WITHIN_MS }, {}],
    ['does not catch up', {}, { switchesFailed: 3 }],
    ['is too small by now', { choice: { ...NEW, cacheNodeType: 'cache.t4g.micro' } }, { usedBytes: 2 ** 30 }],
  ])('stops when a successor %s, and takes it out', (_, over, circumstances) => {
    const primary = aMember(1, { choice: { ...OLD, cacheNodeType: 'cache.t4g.small' } })
    const action = planRolling(aCase([primary, { ...successor, ...over }], circumstances))
    expect(action).toMatchObject({ do: 'stop', retire: 'node-9' })
  })

  it('stops before it begins when the data do not fit, or the version cannot copy the primary', () => {
    const large = aMember(1, { choice: { ...NEW, cacheNodeType: 'cache.m7g.large' } })
    const small = { ...NEW, cacheNodeType: 'cache.t4g.micro' }
    expect(planRolling(aCase([large], { wanted: small, usedBytes: 2 ** 30 }))).toMatchObject({
      do: 'stop',
      retire: null,
    })
    expect(planRolling(aCase([large], { wanted: small, usedBytes: 2 ** 20 }))).toMatchObject({ do: 'add' })
    expect(planRolling(aCase([large], { wanted: OLD }))).toMatchObject({ do: 'stop', retire: null })
  })

  it('goes back by replacing what was brought over already', () => {
    const nodes = [aMember(1), aMember(2, { choice: NEW })]
    expect(planRolling(aCase(nodes, { wanted: OLD }))).toEqual({ do: 'add', nodeId: 'node-2' })
    const older = aMember(9, { replaces: 'node-2', choice: OLD, isPrimary: false })
    expect(planRolling(aCase([...nodes, older], { wanted: OLD }))).toMatchObject({
      do: 'retire',
      nodeId: 'node-2',
    })
  })
})
