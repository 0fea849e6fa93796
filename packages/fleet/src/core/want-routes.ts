import type { Hop, RouteTarget } from '@cacheplane/domain'
import { isSameHop, type WantedRoutes, type WantedSide } from './plan-routes.ts'

/** A node as the edge reaches it. */
export type Reached = Pick<RouteTarget, 'port' | 'tls' | 'plainPort'> & { host: string }

/**
 * Where clients are to be led. As soon as one of those behind an endpoint takes both, the endpoint tells TLS from plain text,
 * and each client gets to nodes that understand it.
 */
export function wantRoutes(primary: Reached | null, readers: readonly Reached[]): WantedRoutes {
  const writing = primary === null ? [] : [primary]
  const reading = [...readers, ...writing]
  const side = (hopOf: (one: Reached, all: readonly Reached[]) => Hop | null): WantedSide => ({
    primary: primary && hopOf(primary, writing),
    fallback: primary && hopOf(primary, reading),
    readers: distinct(readers.flatMap((one) => hopOf(one, reading) ?? [])),
  })
  return { ...side(hopAsIs), plain: side(plainHop) }
}

const isDivided = (all: readonly Reached[]): boolean => all.some(({ plainPort }) => plainPort !== null)

function hopAsIs({ host, port, tls }: Reached, all: readonly Reached[]): Hop | null {
  return tls || !isDivided(all) ? { host, port } : null
}

function plainHop({ host, port, tls, plainPort }: Reached, all: readonly Reached[]): Hop | null {
  if (plainPort !== null) return { host, port: plainPort }
  return tls || !isDivided(all) ? null : { host, port }
}

function distinct(hops: readonly Hop[]): Hop[] {
  return hops.filter((hop, index) => hops.findIndex((other) => isSameHop(other, hop)) === index)
}
