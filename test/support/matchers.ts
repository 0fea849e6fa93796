import type { Outcome } from '@cacheplane/domain'
import { expect } from 'vitest'

interface StepMatchers<R> {
  toHopTo(step: string): R
  /** Naps, and says why in words that contain `because`. */
  toNap(because: string): R
  toBeDone(): R
}

declare module 'vitest' {
  // eslint's wish for a type alias cannot be met: declarations merge by interface only.
  interface Matchers<T> extends StepMatchers<T> {}
}

const verdict = (pass: boolean, received: Outcome, wanted: string) => ({
  pass,
  message: () => `expected the step to ${wanted}, but it returned ${JSON.stringify(received)}`,
})

expect.extend({
  toHopTo: (received: Outcome, step: string) =>
    verdict(received.kind === 'hop' && received.to === step, received, `hop to ${step}`),
  toNap: (received: Outcome, because: string) =>
    verdict(
      received.kind === 'nap' && received.because.includes(because),
      received,
      `nap because ${because}`,
    ),
  toBeDone: (received: Outcome) => verdict(received.kind === 'done', received, 'be done'),
})
