import { describe, expect, it } from 'vitest'
import { boundAdvance } from './advance.ts'

function gate() {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open, opened }
}

describe('boundAdvance', () => {
  it('never runs more than the given number at once, and runs all of them in the end', async () => {
    let now = 0
    let most = 0
    let runs = 0
    const advance = boundAdvance(async () => {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setImmediate(resolve))
      now--
      runs++
    }, 3)
    await Promise.all(Array.from({ length: 20 }, (_, i) => advance(`wf-${i}`)))
    expect({ most, runs }).toEqual({ most: 3, runs: 20 })
  })

  it('runs a workflow once more, and never beside itself, when it is asked to while it runs', async () => {
    const { open, opened } = gate()
    let runs = 0
    let now = 0
    let most = 0
    const advance = boundAdvance(async () => {
      runs++
      most = Math.max(most, ++now)
      await opened
      now--
    }, 3)
    const first = advance('wf-1')
    await advance('wf-1')
    await advance('wf-1')
    open()
    await first
    expect({ runs, most }).toEqual({ runs: 2, most: 1 })
  })

  it('goes on after a run that failed', async () => {
    const advance = boundAdvance(
      (id) => (id === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve()),
      1,
    )
    await expect(advance('bad')).rejects.toThrow('no')
    await expect(advance('good')).resolves.toBeUndefined()
  })
})
