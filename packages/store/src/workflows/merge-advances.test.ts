import type { Change, FailoverStage } from '@cacheplane/domain'
import { expect, test } from 'vitest'
import { mergeAdvances } from './merge-advances.ts'

const stage = (phase: FailoverStage['phase']): FailoverStage => ({
  phase,
  at: new Date(0),
  afterMs: 0,
  because: '',
})
const advance = (
  failoverId: string,
  told: Extract<Change, { do: 'advance-failover' }>['advance'],
): Change => ({
  do: 'advance-failover',
  failoverId,
  advance: told,
})
const other: Change = { do: 'wake', workflowId: 'w' }

test('all that a step tells of one failover is one change, in its order, after what it stands behind', () => {
  const merged = mergeAdvances([
    advance('f', { phases: [stage('promoted'), stage('routed')] }),
    other,
    advance('f', { toCacheClusterId: 'c' }),
    advance('f', { status: 'completed', phases: [stage('redundancy-restored')] }),
  ])
  expect(merged).toEqual([
    other,
    advance('f', {
      phases: [stage('promoted'), stage('routed'), stage('redundancy-restored')],
      toCacheClusterId: 'c',
      status: 'completed',
    }),
  ])
})

test('of two failovers each is told by itself', () => {
  const changes = [
    advance('f', { status: 'completed' }),
    other,
    advance('g', { status: 'running', epoch: 2n }),
  ]
  expect(mergeAdvances(changes)).toEqual(changes)
})
