import { SIGNALS, type Signal, type WorkflowView } from '@cacheplane/domain'
import { describe, expect, it } from 'vitest'
import { statusReason } from './status-reason.ts'

const workflow = (more: Partial<WorkflowView> = {}): WorkflowView => ({
  step: 'wait',
  signals: [],
  firstHomeAt: new Date(0),
  failure: null,
  because: 'it is serving',
  ...more,
})

describe('why something is not available', () => {
  it('is said of nothing that is available', () => {
    expect(statusReason('available', workflow({ step: 'converge' }), [])).toBeUndefined()
  })

  it('is the failure of its creation before anything else', () => {
    const failed = workflow({ step: 'failed', failure: 'the image is missing' })
    expect(statusReason('create-failed', failed, [])).toBe('the image is missing')
  })

  it('is what the first part waits for that is not at home', () => {
    const parts = [{ workflow: workflow() }, { workflow: workflow({ step: 'boot', because: 'it is slow' }) }]
    expect(statusReason('modifying', workflow(), parts)).toBe('it is slow')
  })

  it('is never that it is serving: whoever is at home says what is asked of it, or nothing', () => {
    const asked = SIGNALS.map((signal: Signal) =>
      statusReason('modifying', workflow({ signals: [signal] }), []),
    )
    expect(new Set(asked).size).toBe(SIGNALS.length)
    expect(asked).not.toContain('it is serving')
    expect(statusReason('modifying', workflow(), [])).toBeUndefined()
  })

  it('is that it is to go, whatever it was waiting for when that was asked', () => {
    const starting = workflow({ step: 'await_parts', signals: ['destroy'], because: '1 of 1 are starting' })
    expect(statusReason('deleting', starting, [])).toBe('it is about to be taken down')
    const going = workflow({ step: 'destroy_parts', signals: ['destroy'], because: '1 of 1 are going' })
    expect(statusReason('deleting', going, [])).toBe('1 of 1 are going')
  })
})
