import { expect, it } from 'vitest'
import type { ClusterPeer, ClusterView } from '../ports/cluster.ts'
import { planTakeover, type Sister } from './plan-takeover.ts'

const peer = (id: string, from: number, to: number, more: Partial<ClusterPeer> = {}): ClusterPeer => ({
  id,
  at: { host: '10.0.0.1', port: 10_000 },
  role: 'primary',
  primaryId: null,
  isLinked: true,
  isListed: true,
  epoch: 1,
  slots: from <= to ? [{ from, to }] : [],
  ...more,
})
const replica = (id: string, primaryId: string) => peer(id, 1, 0, { role: 'replica', primaryId })
const viewOf = (id: string, ...peers: ClusterPeer[]): ClusterView => ({
  id,
  peers,
  marked: [],
  isServing: true,
})
const sister = (view: ClusterView | null): Sister => ({
  nodeId: 'other',
  slots: [{ from: 90, to: 199 }],
  view,
})

const unaware = viewOf('heir', replica('heir', 'lost'), peer('lost', 0, 99), peer('other', 100, 199))
const aware = viewOf('heir', replica('heir', 'lost'), peer('lost', 0, 89), peer('other', 90, 199))
const ownerBefore = viewOf('other', peer('other', 100, 199), peer('lost', 0, 99))
const ownerNow = viewOf('other', peer('other', 90, 199), peer('lost', 0, 89))

it('does not let a replica take over slots that another shard owns already', () => {
  expect(planTakeover(unaware, [sister(ownerNow)])).toMatchObject({ speakerIds: ['other'] })
  expect(planTakeover(unaware, [sister(ownerNow)]).because).not.toBeNull()
})

it('lets it once it has heard of their owner, and while they are only on their way', () => {
  expect(planTakeover(aware, [sister(ownerNow)])).toEqual({ speakerIds: [], because: null })
  expect(planTakeover(unaware, [sister(ownerBefore)])).toEqual({ speakerIds: [], because: null })
})

it('waits for an owner-to-be that cannot be asked, and for nobody whose slots are not in question', () => {
  expect(planTakeover(unaware, [sister(null)]).because).toBe('node other does not say what it owns')
  expect(planTakeover(aware, [sister(null)]).because).toBeNull()
})

it('has nothing to say of one that has taken over', () => {
  expect(planTakeover(viewOf('heir', peer('heir', 0, 99)), [sister(ownerNow)]).because).toBeNull()
})
