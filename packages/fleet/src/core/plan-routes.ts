import type { Hop } from '@cacheplane/domain'
import type { Opening, ServerFacts, ServerName, SideFacts, SlotFacts } from './edge-control.ts'

export interface WantedSide {
  primary: Hop | null
  /** Where readers go for want of others. */
  fallback: Hop | null
  readers: readonly Hop[]
}

export interface WantedRoutes extends WantedSide {
  /** For those who speak plain text where others speak TLS. */
  plain: WantedSide
}

export interface RoutePlan {
  /** Done first, so that no two primaries are ever routed to. */
  cut: ServerName[]
  open: Opening[]
}

/** The least that makes a slot's routes the wanted ones. Readers that stay keep their connections. */
export function planRoutes(facts: SlotFacts, wanted: WantedRoutes): RoutePlan {
  const plan: RoutePlan = { cut: [], open: [] }
  planSide(plan, facts, wanted)
  if (facts.plain !== null) planSide(plan, facts.plain, wanted.plain)
  return plan
}

function planSide(plan: RoutePlan, facts: SideFacts, wanted: WantedSide): void {
  move(plan, facts.primary, wanted.primary)
  move(plan, facts.fallback, wanted.fallback)
  const coming = [...wanted.readers]
  const staying = facts.readers.filter((reader) => take(coming, reader.hop))
  for (const reader of facts.readers) {
    if (!staying.includes(reader)) move(plan, reader, coming.shift() ?? null)
  }
}

function move(plan: RoutePlan, { name, hop, sessions }: ServerFacts, wanted: Hop | null): void {
  if (hop !== null && wanted !== null && isSameHop(hop, wanted)) return
  if (hop !== null || sessions > 0) plan.cut.push(name)
  if (wanted !== null) plan.open.push({ server: name, hop: wanted })
}

function take(hops: Hop[], hop: Hop | null): boolean {
  const index = hop === null ? -1 : hops.findIndex((other) => isSameHop(other, hop))
  if (index >= 0) hops.splice(index, 1)
  return index >= 0
}

/** Only readers come by it; by all others writers may. */
export function isReader(server: ServerName): boolean {
  return /^(?:plain-)?reader/.test(server)
}

export function isSameHop(a: Hop, b: Hop): boolean {
  return a.host === b.host && a.port === b.port
}
