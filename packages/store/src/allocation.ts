import { ServiceError, type RandomBytes } from '@cacheplane/domain'
import type { Queryable } from './queryable.ts'
import { hostAddress, subnetAt, subnetCount, SUBNET_HOSTS, type NetworkPool } from './network-pool.ts'
import { sql } from './sql.ts'

export interface Pools {
  network: NetworkPool
  port: { from: number; to: number }
  quarantineMs: number
}

/** Random, so that installations that share a Docker engine seldom want the same; a scan finds the rest. */
const GUESSES = 24
/** In [from, to). */
function guess(random: RandomBytes, from: number, to: number): number {
  const bytes = random(4)
  return from + (new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) % (to - from))
}

/** Addresses 0 and 1 are the network's own and the gateway's. */
const FIRST_HOST = 2

/** Serialises all placement: short transactions, so one lock is cheaper than being clever. */
export async function lockPlacement(q: Queryable): Promise<void> {
  await q.rows(sql`SELECT pg_advisory_xact_lock(20150202)`)
}

export async function allocateSubnet(q: Queryable, pools: Pools, networkId: string) {
  const count = subnetCount(pools.network)
  const guesses = Array.from({ length: GUESSES }, () => guess(q.random, 0, count))
  const [free] = await q.rows<{ index: number }>(sql`
    SELECT i AS index FROM (SELECT unnest(${guesses}::int[]) AS i UNION ALL SELECT generate_series(0, ${count - 1})) c
    WHERE NOT EXISTS (SELECT 1 FROM subnet_allocation a WHERE a.index = c.i AND (a.released_at IS NULL
      OR a.released_at > clock_now() - ${pools.quarantineMs} * interval '1 millisecond')) LIMIT 1`)
  if (free === undefined)
    throw new ServiceError(
      'InsufficientCacheClusterCapacity',
      'No subnet is free; delete a group or widen the network pool.',
    )
  await q.run(sql`
    INSERT INTO subnet_allocation (index, network_id) VALUES (${free.index}, ${networkId})
    ON CONFLICT (index) DO UPDATE SET network_id = excluded.network_id, released_at = NULL`)
  return subnetAt(pools.network, free.index)
}

export async function allocateIp(
  q: Queryable,
  pools: Pools,
  network: { id: string; subnet: string },
  nodeId: string,
): Promise<string> {
  const hosts = Array.from({ length: SUBNET_HOSTS - FIRST_HOST }, (_, i) =>
    hostAddress(network.subnet, FIRST_HOST + i),
  )
  const [free] = await q.rows<{ ip: string }>(sql`
    SELECT h.ip FROM unnest(${hosts}::text[]) WITH ORDINALITY AS h(ip, n)
    LEFT JOIN ip_allocation a ON a.ip = h.ip AND a.network_id = ${network.id}
    WHERE a.ip IS NULL OR a.released_at <= clock_now() - ${pools.quarantineMs} * interval '1 millisecond'
    ORDER BY a.released_at NULLS FIRST, n LIMIT 1`)
  if (free === undefined)
    throw new ServiceError('InsufficientCacheClusterCapacity', 'No IP address of the network is free.')
  await q.run(sql`
    INSERT INTO ip_allocation (network_id, ip, node_id) VALUES (${network.id}, ${free.ip}, ${nodeId})
    ON CONFLICT (network_id, ip) DO UPDATE SET node_id = excluded.node_id, released_at = NULL`)
  return free.ip
}

/** @param wished the port the user asked for; null takes one from the pool */
export async function allocatePort(
  q: Queryable,
  pools: Pools,
  engineId: string,
  nodeId: string,
  wished: number | null,
): Promise<number> {
  const { from, to } = pools.port
  const guesses =
    wished === null ? Array.from({ length: GUESSES }, () => guess(q.random, from, to + 1)) : [wished]
  const [free] = await q.rows<{ port: number }>(sql`
    SELECT p AS port FROM (SELECT unnest(${guesses}::int[]) AS p
      UNION ALL SELECT generate_series(${from}::int, ${to}::int) WHERE ${wished === null}) c
    WHERE NOT EXISTS (SELECT 1 FROM port_allocation a WHERE a.engine_id = ${engineId} AND a.port = c.p AND (a.released_at IS NULL
      OR (a.released_at > clock_now() - ${pools.quarantineMs} * interval '1 millisecond' AND ${wished === null}))) LIMIT 1`)
  if (free === undefined) throw noPort(wished)
  await q.run(sql`
    INSERT INTO port_allocation (engine_id, port, node_id) VALUES (${engineId}, ${free.port}, ${nodeId})
    ON CONFLICT (engine_id, port) DO UPDATE SET node_id = excluded.node_id, released_at = NULL`)
  return free.port
}

export interface NodePorts {
  port: number
  plainPort: number | null
  busPort: number | null
}

/** All that a node listens on. */
export async function allocateNodePorts(
  q: Queryable,
  pools: Pools,
  engineId: string,
  nodeId: string,
  needs: { wished: number | null; inCluster: boolean; takesBoth: boolean },
): Promise<NodePorts> {
  const port = await allocatePort(q, pools, engineId, nodeId, needs.wished)
  const another = (isNeeded: boolean) => (isNeeded ? allocatePort(q, pools, engineId, nodeId, null) : null)
  return { port, plainPort: await another(needs.takesBoth), busPort: await another(needs.inCluster) }
}

/** Several of the pool at once. */
export async function allocatePorts(
  q: Queryable,
  pools: Pools,
  engineId: string,
  holder: string,
  count: number,
): Promise<number[]> {
  const { from, to } = pools.port
  const guesses = Array.from({ length: count + GUESSES }, () => guess(q.random, from, to + 1))
  const free = await q.rows<{ port: number }>(sql`
    SELECT p AS port FROM (SELECT p, n FROM unnest(${guesses}::int[]) WITH ORDINALITY AS g(p, n)
      UNION ALL SELECT p, ${count + GUESSES + 1} FROM generate_series(${from}::int, ${to}::int) AS p) c
    WHERE NOT EXISTS (SELECT 1 FROM port_allocation a WHERE a.engine_id = ${engineId} AND a.port = c.p AND (a.released_at IS NULL
      OR a.released_at > clock_now() - ${pools.quarantineMs} * interval '1 millisecond'))
    GROUP BY p ORDER BY min(n), p LIMIT ${count}`)
  if (free.length < count) throw noPort(null)
  const ports = free.map((row) => row.port)
  await q.run(sql`
    INSERT INTO port_allocation (engine_id, port, node_id)
    SELECT ${engineId}, p, ${holder} FROM unnest(${ports}::int[]) AS p
    ON CONFLICT (engine_id, port) DO UPDATE SET node_id = excluded.node_id, released_at = NULL`)
  return ports
}

function noPort(wished: number | null): ServiceError {
  if (wished === null)
    return new ServiceError('InsufficientCacheClusterCapacity', 'No port of the pool is free.')
  const message = `Port ${wished} is in use by another cache; choose another, or leave port out to be given one.`
  return new ServiceError('InvalidParameterValue', message, [{ path: 'port', message }])
}

export async function releaseNode(q: Queryable, nodeId: string): Promise<void> {
  await q.run(
    sql`UPDATE ip_allocation SET released_at = clock_now() WHERE node_id = ${nodeId} AND released_at IS NULL`,
  )
  await q.run(
    sql`UPDATE port_allocation SET released_at = clock_now() WHERE node_id = ${nodeId} AND released_at IS NULL`,
  )
}

export async function releaseSubnet(q: Queryable, networkId: string): Promise<void> {
  await q.run(
    sql`UPDATE subnet_allocation SET released_at = clock_now() WHERE network_id = ${networkId} AND released_at IS NULL`,
  )
}
