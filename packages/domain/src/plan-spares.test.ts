import { describe, expect, it } from 'vitest'
import { planSpares } from './plan-spares.ts'

const network = (id: string, isReady: boolean) => ({
  id,
  subnet: '10.96.0.0/24',
  gateway: '10.96.0.1',
  isReady,
})
const ready = (id: string) => network(id, true)
const unready = (id: string) => network(id, false)

const plan = (over: Partial<Parameters<typeof planSpares>[0]>) =>
  planSpares({ reachable: true, isBusy: false, spares: [], spareTarget: 2, subnetsLeft: 100, ...over })

describe('planSpares', () => {
  it('adds a spare while there are fewer than wanted, and rests when there are enough', () => {
    expect(plan({ spares: [ready('a')] })).toEqual({
      kind: 'add',
      because: 'there are 1 of 2 spare networks',
    })
    expect(plan({ spares: [ready('a'), ready('b')] })).toEqual({
      kind: 'rest',
      because: '2 of 2 spare networks are ready',
    })
  })

  it('finishes the one that has a row before it adds another', () => {
    expect(plan({ spares: [ready('a'), unready('b')] })).toMatchObject({
      kind: 'prepare',
      spare: { id: 'b' },
    })
    expect(plan({ spares: [unready('b')] })).toMatchObject({ kind: 'prepare', spare: { id: 'b' } })
  })

  it('does nothing to an engine while a cache is being created, or that does not answer', () => {
    expect(plan({ isBusy: true, spares: [unready('a')] })).toEqual({
      kind: 'rest',
      because: 'creations go first',
    })
    expect(plan({ reachable: false })).toEqual({ kind: 'rest', because: 'the engine is out of reach' })
  })

  it('never removes what may still be taken: it is withdrawn first', () => {
    const spares = [ready('a'), ready('b')]
    expect(plan({ spareTarget: 1, spares })).toMatchObject({ kind: 'withdraw', spare: { id: 'a' } })
    expect(plan({ spareTarget: 1, spares: [unready('a'), ready('b')] })).toMatchObject({
      kind: 'remove',
      spare: { id: 'a' },
    })
    expect(plan({ spareTarget: 0, spares: [ready('b')] })).toMatchObject({ kind: 'withdraw' })
  })

  it('leaves the last subnets of the pool to owners', () => {
    expect(plan({ subnetsLeft: 2 })).toEqual({ kind: 'rest', because: 'only 2 subnets are left' })
    expect(plan({ subnetsLeft: 3 }).kind).toBe('add')
  })
})
