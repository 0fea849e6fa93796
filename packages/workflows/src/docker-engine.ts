import {
  done,
  hop,
  nap,
  networkSpec,
  planSpares,
  seconds,
  unreachable,
  type DockerEngineSubject,
  type SpareNetwork,
} from '@cacheplane/domain'
import { z } from 'zod'
import { defineWorkflow } from './define-workflow.ts'
import type { StepContext } from './step-context.ts'

const Frame = z.object({})
type Context = StepContext<DockerEngineSubject, z.infer<typeof Frame>>

/** How soon it is noticed that a spare was taken. */
const LOOK_EVERY_MS = seconds(5)

/**
 * Life of a Docker engine as we use it: some networks stand ready there, so that a creation need not wait for Docker.
 * Promise: whoever creates a cache never waits behind a spare.
 */
export const dockerEngine = defineWorkflow<DockerEngineSubject>()({
  kind: 'docker-engine',
  frame: Frame,
  load: (store, id) => store.loadDockerEngine(id),
  steps: {
    async start() {
      return hop('wait')
    },

    // Home. Order is priority: what may not be true comes before what is wanted.
    async wait(c) {
      if (c.signals.has('checkup')) return doubt(c)
      if (c.subject.spareTarget === 0 && c.subject.spares.length === 0) return done()
      const plan = planSpares(c.subject)
      switch (plan.kind) {
        case 'rest':
          return nap(LOOK_EVERY_MS, plan.because)
        case 'add':
          c.change({ do: 'add-spare', engineId: c.subject.engineId })
          return hop('wait')
        case 'withdraw':
          c.change({ do: 'set-spare-ready', networkId: plan.spare.id, ready: false })
          return hop('wait')
        case 'prepare':
          return prepare(c, plan.spare)
        case 'remove':
          return remove(c, plan.spare)
        default:
          return unreachable(plan)
      }
    },

    // Withdrawn in one commit and removed after it: what is ready may be taken at any moment.
    async destroy(c) {
      const [spare] = c.subject.spares
      if (spare === undefined) return done()
      const standing = spare.isReady ? withdraw(c, c.subject.spares) : await removeSpare(c, spare)
      return standing === null ? hop('destroy') : nap(seconds(1), standing)
    },
  },
})

/** Some do not stand any more: none is given out until it was looked for, and made again if need be. */
function doubt(c: Context) {
  withdraw(c, c.subject.spares)
  c.clear('checkup')
  return hop('wait')
}

function withdraw(c: Context, spares: readonly SpareNetwork[]): null {
  for (const { id: networkId } of spares) c.change({ do: 'set-spare-ready', networkId, ready: false })
  return null
}

async function prepare(c: Context, spare: SpareNetwork) {
  const ensured = await c.fleet.ensureNetwork(networkSpec(spare, c.subject.engineId))
  switch (ensured.kind) {
    case 'ready':
      c.change({ do: 'set-spare-ready', networkId: spare.id, ready: true })
      return hop('wait')
    case 'refused':
      c.change({ do: 'move-network', networkId: spare.id })
      return hop('wait')
    case 'unknown':
      return nap(LOOK_EVERY_MS, ensured.because)
    default:
      return unreachable(ensured)
  }
}

async function remove(c: Context, spare: SpareNetwork) {
  const standing = await removeSpare(c, spare)
  return standing === null ? hop('wait') : nap(LOOK_EVERY_MS, standing)
}

/** Null when it is gone, otherwise why not. */
async function removeSpare(c: Context, spare: SpareNetwork): Promise<string | null> {
  const removed = await c.fleet.removeNetwork({ networkId: spare.id, engineId: c.subject.engineId })
  if (removed.kind === 'unknown') return removed.because
  c.change({ do: 'remove-spare', networkId: spare.id })
  return null
}
