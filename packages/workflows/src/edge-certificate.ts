import {
  hours,
  nap,
  seconds,
  type Certificate,
  type Edge,
  type EdgeRef,
  type EdgeSpec,
} from '@cacheplane/domain'
import { noteShown, untilRenewalBy } from './renewal-clock.ts'
import type { StepContext } from './step-context.ts'

type Context = StepContext<Edge, { renewAtMs: number | null }>

const RENEW_AGAIN_MS = seconds(5)

/** Serving, until its certificates are to be renewed. */
export function restEdge(c: Context) {
  return nap(Math.min(hours(6), untilEdgeRenewal(c)), 'the edge is serving')
}

/** All of them are as old as the one by which it is known. */
export function untilEdgeRenewal(c: Context): number {
  return untilRenewalBy(c)
}

/** Read from the edge itself: it is known to show it. */
export async function noteEdgeCertificate(c: Context): Promise<Certificate | null> {
  return noteShown(c, await c.fleet.edgeCertificateOf(edgeRef(c.subject)))
}

/** At home, and leading clients all the while. */
export async function renewEdge(c: Context) {
  const renewed = await c.fleet.renewEdgeCertificates(edgeSpec(c.subject))
  if (renewed.kind !== 'ready') return nap(RENEW_AGAIN_MS, renewed.because)
  const shown = await noteEdgeCertificate(c)
  return shown === null ? nap(RENEW_AGAIN_MS, 'the edge does not show its certificate') : restEdge(c)
}

export function edgeSpec(edge: Edge): EdgeSpec {
  const tlsNames = [...new Set(['localhost', '127.0.0.1', '::1', edge.address])]
  return { ...edgeRef(edge), kind: edge.kind, tlsNames, slots: edge.slots }
}

export function edgeRef({ id, incarnation, engineId, controlPort }: Edge): EdgeRef {
  return { edgeId: id, incarnation, engineId, controlPort }
}
