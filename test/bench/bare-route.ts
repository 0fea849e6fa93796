/**
 * What the list is measured against: one route that sends the same rows as they are, without a key, a page or a shape.
 * A program of its own, like the API: `BENCH_PORT`, `DATABASE_URL`.
 */
import Fastify from 'fastify'
import pg from 'pg'

const POOL_SIZE = 10

const ROWS = `
  SELECT g.id, g.account_id, g.replication_group_id, g.description, g.engine, g.engine_version, g.cache_node_type,
    g.cache_parameter_group_name, g.port, g.transit_encryption_mode, g.at_rest_encryption_enabled,
    g.auth_token_last_modified_date, g.auto_minor_version_upgrade, g.preferred_maintenance_window,
    g.snapshot_retention_limit, g.snapshot_window, g.network_id, g.created_at,
    s.node_group_id, s.epoch, s.primary_node_id, c.cache_cluster_id, c.created_at AS cluster_created_at,
    n.id AS node_id, n.cache_node_id, n.zone, n.engine_id, n.incarnation, n.ip, n.port AS node_port, n.presence,
    n.opened_at, n.engine_version_actual, n.created_at AS node_created_at, z.address,
    w.step, w.first_home_at, w.failure, w.because, nw.step AS node_step, nw.first_home_at AS node_first_home_at,
    nw.failure AS node_failure, nw.because AS node_because
  FROM (SELECT * FROM replication_group WHERE account_id = $1 ORDER BY replication_group_id LIMIT 100) g
  JOIN node_group s ON s.replication_group_id = g.id
  JOIN cache_cluster c ON c.node_group_id = s.id
  JOIN cache_node n ON n.cluster_id = c.id
  JOIN zone z ON z.name = n.zone
  LEFT JOIN workflow w ON w.kind = 'replication-group' AND w.subject_id = g.id
  LEFT JOIN workflow nw ON nw.kind = 'node' AND nw.subject_id = n.id
  ORDER BY g.replication_group_id`

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: POOL_SIZE })
const app = Fastify()
app.get('/:accountId', async (request) => {
  const { accountId } = request.params as { accountId: string }
  return (await pool.query(ROWS, [accountId])).rows
})
await app.listen({ host: '127.0.0.1', port: Number(process.env.BENCH_PORT) })
