import {
  newId,
  seconds,
  Secret,
  type AuthorityMaterial,
  type EngineReport,
  type ExpectedObjects,
  type Keyring,
} from '@cacheplane/domain'
import type { Database } from './database.ts'
import type { Queryable } from './queryable.ts'
import { authorityKeyCell } from './secret-cells.ts'
import { prepared, sql } from './sql.ts'

/** As long as ElastiCache keeps events. */
const EVENT_DAYS = 14
const IDEMPOTENCY_HOURS = 24

const checkup = prepared('request_checkup')
/** Longer than a look at an engine takes: a spare that got ready meanwhile was not missed by it. */
const SPARE_EXPECTED_AFTER_MS = seconds(10)

/**
 * Keeps what was seen of each engine. One that does not answer has not told its id either, so it is found by its zones,
 * and neither rows nor zones are made from such a report.
 */
/**
 * Reports name every configured engine: one that they leave out can take no more nodes, and a zone that they leave out is
 * forgotten once no node stands in it, unless an edge would be left without an address.
 */
export function recordSurvey(
  db: Database,
  reports: readonly EngineReport[],
  spareTarget: number,
): Promise<void> {
  // In one order, so that two workers do not lock each other out.
  const ordered = [...reports].sort((a, b) => (a.engineId < b.engineId ? -1 : 1))
  const engineIds = ordered.map((report) => report.engineId)
  const zones = ordered.flatMap((report) => report.zones)
  const work = async (q: Queryable): Promise<void> => {
    for (const report of ordered) await recordReport(q, report)
    if (spareTarget > 0) await spawnEngines(q)
    await q.run(sql`
      UPDATE docker_engine SET reachable = false WHERE reachable AND NOT id = ANY(${engineIds}::text[])`)
    await q.run(sql`
      DELETE FROM zone WHERE NOT name = ANY(${zones}::text[]) AND outage_mode IS NULL
        AND NOT EXISTS (SELECT 1 FROM cache_node n WHERE n.zone = zone.name)
        AND (EXISTS (SELECT 1 FROM zone o WHERE o.engine_id = zone.engine_id AND o.name = ANY(${zones}::text[]))
          OR NOT EXISTS (SELECT 1 FROM edge e WHERE e.engine_id = zone.engine_id))`)
  }
  return db.transaction(work, { landed: async () => false })
}

/** What an engine that cannot be reached has is remembered from when it could. */
async function recordReport(q: Queryable, report: EngineReport): Promise<void> {
  const { engineId, cpus, memoryBytes, reachable, address } = report
  await q.run(sql`
    INSERT INTO docker_engine (id, cpus, memory_bytes, reachable, surveyed_at)
    VALUES (${engineId}, ${cpus}, ${memoryBytes}, ${reachable}, clock_now())
    ON CONFLICT (id) DO UPDATE SET reachable = excluded.reachable, surveyed_at = excluded.surveyed_at,
      cpus = CASE WHEN excluded.reachable THEN excluded.cpus ELSE docker_engine.cpus END,
      memory_bytes = CASE WHEN excluded.reachable THEN excluded.memory_bytes ELSE docker_engine.memory_bytes END`)
  for (const zone of report.zones) {
    await q.run(sql`
      INSERT INTO zone (name, engine_id, address) VALUES (${zone}, ${engineId}, ${address})
      ON CONFLICT (name) DO UPDATE SET engine_id = excluded.engine_id, address = excluded.address
      WHERE (zone.engine_id, zone.address) IS DISTINCT FROM (excluded.engine_id, excluded.address)`)
  }
}

/** An engine's workflow ends by itself where no spare networks are wanted. */
async function spawnEngines(q: Queryable): Promise<void> {
  const unborn = await q.rows<{ id: string }>(sql`
    SELECT e.id FROM docker_engine e WHERE e.reachable
      AND NOT EXISTS (SELECT 1 FROM workflow w WHERE w.kind = 'docker-engine' AND w.subject_id = e.id)`)
  for (const { id } of unborn) {
    await q.run(sql`
      INSERT INTO workflow (id, kind, subject_id, root_id)
      VALUES (${newId('workflow', q.random)}, 'docker-engine', ${id}, ${id}) ON CONFLICT (kind, subject_id) DO NOTHING`)
  }
}

export async function expectedObjects(db: Database, engineId: string): Promise<ExpectedObjects> {
  const nodes = await db.rows<ExpectedObjects['nodes'][number]>(sql`
    SELECT n.id AS "nodeId", n.incarnation, n.presence,
      COALESCE(w.step = 'wait' AND w.lease_until IS NULL, false) AS "atHome"
    FROM cache_node n LEFT JOIN workflow w ON w.kind = 'node' AND w.subject_id = n.id WHERE n.engine_id = ${engineId}`)
  const edges = await db.rows<ExpectedObjects['edges'][number]>(sql`
    SELECT e.id AS "edgeId", e.incarnation, e.control_port AS "controlPort", COALESCE(w.step = 'wait' AND w.lease_until IS NULL, false) AS "atHome"
    FROM edge e LEFT JOIN workflow w ON w.kind = 'edge' AND w.subject_id = e.id WHERE e.engine_id = ${engineId}`)
  const networks = await db.rows<{ id: string }>(sql`SELECT id FROM network`)
  const spares = await db.rows<{ id: string }>(sql`
    SELECT id FROM spare_network WHERE engine_ids = ${[engineId]}::text[]
      AND ready_at < clock_now() - ${SPARE_EXPECTED_AFTER_MS} * interval '1 millisecond'`)
  return { nodes, edges, networkIds: networks.map(({ id }) => id), spareIds: spares.map(({ id }) => id) }
}

/**
 * A node group decides for its nodes: a primary that is replaced for itself would come back empty. One statement, because a
 * failover begins with it.
 */
export async function requestCheckup(q: Queryable, nodeId: string): Promise<string | null> {
  const [woken] = await q.rows<{ id: string }>(checkup`
    WITH asked AS (
      SELECT w.id FROM cache_node n JOIN cache_cluster c ON c.id = n.cluster_id
      JOIN workflow w ON (w.kind = 'node-group' AND w.subject_id = c.node_group_id) OR (w.kind = 'node' AND w.subject_id = n.id)
      WHERE n.id = ${nodeId} ORDER BY w.kind = 'node-group' DESC LIMIT 1),
    woken AS (
      UPDATE workflow SET wakes = wakes + 1, run_at = LEAST(run_at, clock_now())
      WHERE id = (SELECT id FROM asked) RETURNING id, wakes),
    raised AS (
      INSERT INTO signal (workflow_id, name, wake) SELECT id, 'checkup', wakes FROM woken
      ON CONFLICT (workflow_id, name) DO UPDATE SET wake = excluded.wake)
    SELECT id FROM woken`)
  return woken?.id ?? null
}

export async function forgetOld(db: Database, quarantineMs: number): Promise<number> {
  const counts = [
    await db.run(
      sql`DELETE FROM ip_allocation WHERE released_at < clock_now() - ${quarantineMs} * interval '1 millisecond'`,
    ),
    await db.run(
      sql`DELETE FROM port_allocation WHERE released_at < clock_now() - ${quarantineMs} * interval '1 millisecond'`,
    ),
    await db.run(
      sql`DELETE FROM subnet_allocation WHERE released_at < clock_now() - ${quarantineMs} * interval '1 millisecond'`,
    ),
    await db.run(sql`DELETE FROM failover WHERE ended_at < clock_now() - ${EVENT_DAYS} * interval '1 day'`),
    await db.run(sql`DELETE FROM event WHERE date < clock_now() - ${EVENT_DAYS} * interval '1 day'`),
    await db.run(
      sql`DELETE FROM idempotency_key WHERE created_at < clock_now() - ${IDEMPOTENCY_HOURS} * interval '1 hour'`,
    ),
  ]
  return counts.reduce((sum, count) => sum + count, 0)
}

export async function keepAuthority(
  db: Database,
  keyring: Keyring,
  candidate: () => Promise<AuthorityMaterial>,
): Promise<AuthorityMaterial> {
  const kept = await findAuthority(db, keyring)
  if (kept !== null) return kept
  const { certificatePem, keyPem } = await candidate()
  await db.run(sql`
    INSERT INTO authority (id, certificate_pem, key_sealed)
    VALUES (1, ${certificatePem}, ${keyring.seal(keyPem, authorityKeyCell)}) ON CONFLICT (id) DO NOTHING`)
  return (await findAuthority(db, keyring)) ?? { certificatePem, keyPem: new Secret(keyPem.reveal()) }
}

async function findAuthority(db: Database, keyring: Keyring): Promise<AuthorityMaterial | null> {
  const [row] = await db.rows<{ certificate_pem: string; key_sealed: string }>(sql`
    SELECT certificate_pem, key_sealed FROM authority WHERE id = 1`)
  if (row === undefined) return null
  return { certificatePem: row.certificate_pem, keyPem: keyring.open(row.key_sealed, authorityKeyCell) }
}
