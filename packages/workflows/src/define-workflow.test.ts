import { HOME_STEP, hop, nap, pass, type Signal, type StepResult, type Workflow } from '@cacheplane/domain'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { defineWorkflow } from './define-workflow.ts'
import type { StepContext } from './step-context.ts'

type Context = StepContext<{ id: string }, { seen: string[] }>
type Step = (c: Context) => Promise<StepResult<'start' | 'middle' | 'wait' | 'destroy'>>

const WORKFLOW: Omit<Workflow, 'step' | 'signals'> = {
  id: 'wf-1',
  kind: 'node',
  subjectId: 'subject',
  parentId: null,
  firstHomeAt: null,
  failure: null,
  because: null,
  frame: { seen: [] },
  attempts: 1,
  deadlineAt: null,
}
const rest: Step = async () => nap(1_000, 'at rest')

/** Runs the table from `start` on; what was reached, and how often the subject was read. */
async function run(steps: { start: Step; middle?: Step; wait?: Step }, signals: readonly Signal[] = []) {
  const reached: string[] = []
  let reads = 0
  const nothing = () => Promise.resolve(null)
  const loader = {
    loadNode: nothing,
    loadReplicationGroup: nothing,
    loadCacheCluster: nothing,
    loadNodeGroup: nothing,
    loadEdge: nothing,
    loadDockerEngine: nothing,
    loadZone: nothing,
    loadSnapshot: nothing,
  }
  const runbook = defineWorkflow<{ id: string }>()({
    kind: 'node',
    frame: z.object({ seen: z.array(z.string()) }),
    load: (_, id) => {
      reads += 1
      return Promise.resolve({ id })
    },
    steps: { middle: rest, wait: rest, destroy: rest, ...steps },
  })
  const around = {
    workflow: { ...WORKFLOW, step: 'start', signals },
    signals: new Set(signals),
    overdue: false,
    fleet: {} as Context['fleet'],
    now: () => new Date(0),
    random: (size: number) => new Uint8Array(size),
  }
  const ran = await runbook.runStep(loader, around, { reach: async (name) => void reached.push(name) })
  return { ...ran, reached, reads }
}

it('passes the work on with what it has recorded, under one look at the rows, and past every failpoint', async () => {
  const ran = await run({
    start: async (c) => {
      c.change({ do: 'wake', workflowId: 'first' })
      c.frame.seen.push('start')
      return pass('middle')
    },
    middle: async (c) => {
      c.change({ do: 'wake', workflowId: 'second' })
      c.frame.seen.push('middle')
      return hop('wait')
    },
  })
  expect(ran).toMatchObject({
    outcome: hop('wait'),
    passed: ['start', 'middle'],
    frame: { seen: ['start', 'middle'] },
    reads: 1,
    reached: ['node.start.before', 'node.start.afterEffect', 'node.middle.before', 'node.middle.afterEffect'],
  })
  expect(ran.record?.changes).toEqual([
    { do: 'wake', workflowId: 'first' },
    { do: 'wake', workflowId: 'second' },
  ])
})

it('rests at home in the commit that came there, once nothing is asked any more', async () => {
  const start: Step = async (c) => {
    c.clear('converge')
    return pass(HOME_STEP)
  }
  const ran = await run({ start }, ['converge'])
  expect(ran).toMatchObject({ outcome: { kind: 'nap', because: 'at rest' }, passed: ['start', 'wait'] })
})

it('looks at the rows again before it does at home what is still asked', async () => {
  const ran = await run({ start: async () => pass(HOME_STEP) }, ['replace'])
  expect(ran).toMatchObject({ outcome: hop(HOME_STEP), passed: ['start'] })
})

it('does not go round in one commit', async () => {
  const ran = await run({ start: async () => pass('middle'), middle: async () => pass('start') })
  expect(ran).toMatchObject({ outcome: hop('start'), passed: ['start', 'middle'] })
})
