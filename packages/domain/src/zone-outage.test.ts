import { describe, expect, it } from 'vitest'
import { aNode, aWorkflowView } from '../../../test/support/builders.ts'
import { object } from '../../../test/support/quiet-estate.ts'
import type { FleetObject } from './ports/fleet-objects.ts'
import type { CacheNode } from './resources.ts'
import { findFrozen, findUnstruck } from './zone-outage.ts'

const node = aNode({ id: 'node-1', incarnation: 2 })
const standing = (state: FleetObject['state'], over: Partial<FleetObject> = {}) => [
  object({ state, ...over }),
]

describe('an outage', () => {
  it('strikes what runs, and kills what stands frozen', () => {
    expect(findUnstruck('kill', [node], standing('running'))).toEqual([node])
    expect(findUnstruck('kill', [node], standing('paused'))).toEqual([node])
    expect(findUnstruck('freeze', [node], standing('running'))).toEqual([node])
  })

  it('leaves alone what is down, and what is not the node', () => {
    expect(findUnstruck('kill', [node], standing('exited'))).toEqual([])
    expect(findUnstruck('freeze', [node], standing('paused'))).toEqual([])
    expect(findUnstruck('kill', [node], [])).toEqual([])
    expect(findUnstruck('kill', [node], standing('running', { ownerId: 'node-2' }))).toEqual([])
    expect(findUnstruck('kill', [node], standing('running', { incarnation: 1 }))).toEqual([])
  })
})

describe('the end of an outage', () => {
  it('thaws the current container of a node', () => {
    expect(findFrozen([node], standing('paused'))).toEqual([node])
    expect(findFrozen([node], standing('exited'))).toEqual([])
    expect(findFrozen([node], standing('paused', { incarnation: 1 }))).toEqual([])
  })

  const GIVEN_UP: [string, Partial<CacheNode>][] = [
    ['is to be replaced', { workflow: aWorkflowView({ signals: ['replace'] }) }],
    ['is being deleted', { workflow: aWorkflowView({ signals: ['destroy'] }) }],
    ['is taken out of its group', { leaving: true }],
  ]
  it.each(GIVEN_UP)('never lets a node go on that %s', (_, over) => {
    expect(findFrozen([{ ...node, ...over }], standing('paused'))).toEqual([])
  })
})
