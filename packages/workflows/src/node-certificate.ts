import {
  eventOfCluster,
  hours,
  nap,
  nodeRef,
  nodeSpec,
  seconds,
  type Certificate,
  type NodeSubject,
} from '@cacheplane/domain'
import { noteShown, untilRenewalBy } from './renewal-clock.ts'
import type { StepContext } from './step-context.ts'

type Context = StepContext<NodeSubject, { renewAtMs: number | null }>

const RENEW_AGAIN_MS = seconds(5)

/** Serving, until its certificate is to be renewed. */
export function rest(c: Context) {
  return nap(Math.min(hours(6), untilRenewal(c)), 'the node is serving')
}

export function untilRenewal(c: Context): number {
  if (!nodeRef(c.subject).tls) return Infinity
  return untilRenewalBy(c)
}

/** Read from the node itself: it is known to show it. */
export async function noteCertificate(c: Context): Promise<Certificate | null> {
  if (!nodeRef(c.subject).tls) return null
  return noteShown(c, await c.fleet.certificateOf(nodeRef(c.subject)))
}

/** At home, and in service all the while. What has stopped is looked after by whoever notices that. */
export async function renew(c: Context) {
  const { node, cluster } = c.subject
  const renewed = await c.fleet.renewCertificate(nodeSpec(c.subject))
  if (renewed.kind !== 'ready') return nap(RENEW_AGAIN_MS, renewed.because)
  const shown = await noteCertificate(c)
  if (shown === null) return nap(RENEW_AGAIN_MS, 'the node does not show its certificate')
  const until = `it is good until ${shown.notAfter.toISOString()}`
  const message = `Renewed the TLS certificate of cache node ${node.cacheNodeId}`
  c.event(cluster.accountId, eventOfCluster(cluster.cacheClusterId, message, until))
  return rest(c)
}
