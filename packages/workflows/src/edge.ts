import {
  done,
  hop,
  hours,
  milliseconds,
  nap,
  pass,
  seconds,
  unreachable,
  type Edge,
} from '@cacheplane/domain'
import { z } from 'zod'
import { defineWorkflow } from './define-workflow.ts'
import {
  edgeRef,
  edgeSpec,
  noteEdgeCertificate,
  renewEdge,
  restEdge,
  untilEdgeRenewal,
} from './edge-certificate.ts'
import type { StepContext } from './step-context.ts'

const Frame = z.object({
  /** Since when it has not been heard, epoch milliseconds. */
  silentSinceMs: z.number().nullable().default(null),
  /** How often it was given other ports before it served for the first time. */
  moves: z.number().default(0),
  /** When it is to have other certificates, epoch milliseconds; null while nobody has seen its own. */
  renewAtMs: z.number().nullable().default(null),
})
type Context = StepContext<Edge, z.infer<typeof Frame>>

const BOOT_PATIENCE_MS = seconds(5)
const SILENT_MS = seconds(10)
/** The wished port itself must be the one that somebody else has. */
const MOVES_MAX = 3

/**
 * Life of an edge: boot it with every route closed, have the node groups open theirs, replace it when it is lost.
 * Promise: it routes to nobody but whom a node group's lease holder named for this very container.
 */
export const edge = defineWorkflow<Edge>()({
  kind: 'edge',
  frame: Frame,
  load: (store, id) => store.loadEdge(id),
  steps: {
    async start(c) {
      c.change({ do: 'set-edge', edgeId: c.subject.id, presence: 'unknown', serving: false })
      return hop('boot')
    },

    async boot(c) {
      const ensured = await c.fleet.ensureEdge(edgeSpec(c.subject))
      switch (ensured.kind) {
        case 'ready':
          return pass('admit')
        case 'unknown':
          return nap(seconds(1), ensured.because)
        case 'refused':
          if (ensured.refusal === 'dead') return replace(c)
          return c.workflow.firstHomeAt === null ? moveOrGiveUp(c, ensured) : nap(seconds(5), ensured.because)
        default:
          return unreachable(ensured)
      }
    },

    async admit(c) {
      const reading = await c.fleet.observeEdge(edgeRef(c.subject), BOOT_PATIENCE_MS)
      switch (reading.kind) {
        case 'serving':
          await noteEdgeCertificate(c)
          c.change({ do: 'set-edge', edgeId: c.subject.id, presence: 'known', serving: true })
          c.change({ do: 'raise-on-edge', edgeId: c.subject.id, signal: 'converge' })
          return pass('wait')
        case 'dead':
          return replace(c)
        case 'starting':
        case 'unknown':
          return nap(seconds(1), reading.because)
        default:
          return unreachable(reading)
      }
    },

    // Home. Order is priority: safety first.
    async wait(c) {
      if (c.signals.has('checkup')) return hop('diagnose')
      if (untilEdgeRenewal(c) === 0) return renewEdge(c)
      return restEdge(c)
    },

    async diagnose(c) {
      const reading = await c.fleet.observeEdge(edgeRef(c.subject), seconds(1))
      switch (reading.kind) {
        case 'serving':
          c.frame.silentSinceMs = null
          c.clear('checkup')
          return pass('wait')
        case 'dead':
          c.clear('checkup')
          return replace(c)
        case 'starting':
        case 'unknown':
          return waitOrReplace(c, reading.because)
        default:
          return unreachable(reading)
      }
    },

    async failed() {
      return nap(hours(24), 'the edge could not be made')
    },

    async destroy(c) {
      const removed = await c.fleet.removeEdge(edgeRef(c.subject))
      if (removed.kind === 'unknown') return nap(seconds(1), removed.because)
      c.change({ do: 'remove-edge', edgeId: c.subject.id })
      return done()
    },
  },
})

/** Nobody knows its ports yet. Those that were wished for stay: without them it is of no use. */
function moveOrGiveUp(c: Context, { refusal, because }: { refusal: string; because: string }) {
  const [, ...others] = c.subject.slots
  const isFixed = others.length === 0
  const isHopeless = refusal === 'image-missing' || (isFixed && c.frame.moves >= MOVES_MAX)
  if (isHopeless) {
    c.fail(isFixed ? `the port that was asked for cannot be had: ${because}` : because)
    c.change({ do: 'raise-on-edge', edgeId: c.subject.id, signal: 'converge' })
    return hop('failed')
  }
  c.frame.moves += 1
  c.change({ do: 'move-edge-ports', edgeId: c.subject.id })
  return hop('start')
}

/** One that is frozen, or runs and does not answer, cannot be told of a failover. */
function waitOrReplace(c: Context, because: string) {
  const nowMs = c.now().getTime()
  c.frame.silentSinceMs ??= nowMs
  if (nowMs - c.frame.silentSinceMs < SILENT_MS) return nap(milliseconds(500), because)
  c.frame.silentSinceMs = null
  c.clear('checkup')
  return replace(c)
}

/** Another container on the same ports: clients keep their addresses. */
function replace(c: Context) {
  c.change({ do: 'next-edge-incarnation', edgeId: c.subject.id })
  return hop('start')
}
