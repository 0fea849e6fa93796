import pg from 'pg'

/** Rows of an installation where everything is served: groups of one node each, as the service would have left them. */
export async function fillGroups(databaseUrl: string, accountId: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(ENGINE)
    await client.query(NETWORKS, [count])
    await client.query(GROUPS, [count, accountId])
    await client.query(NODE_GROUPS, [count])
    await client.query(EDGES, [count])
    await client.query(ENDPOINTS, [count])
    await client.query(CLUSTERS, [count, accountId])
    await client.query(NODES, [count])
    await client.query(WORKFLOWS)
    await client.query('VACUUM ANALYZE')
  } finally {
    await client.end()
  }
}

const SETTINGS = `'valkey', '8.1', 'cache.t4g.micro', 'default.valkey8', NULL, NULL, true, 'sun:05:00-sun:06:00', 0, NULL`

const ENGINE = `
  WITH engine AS (
    INSERT INTO docker_engine (id, cpus, memory_bytes, reachable, surveyed_at)
    VALUES ('engine-1', 2, 1e13, true, clock_now()) RETURNING id)
  INSERT INTO zone (name, engine_id, address) SELECT 'local-1' || letter, id, '127.0.0.1'
  FROM engine, unnest('{a,b,c}'::text[]) AS letter`

const NETWORKS = `
  INSERT INTO network (id, subnet, gateway, engine_ids)
  SELECT 'net-' || i, format('10.96.%s.0/24', i), format('10.96.%s.1', i), '{engine-1}' FROM generate_series(1, $1::int) AS i`

const GROUPS = `
  INSERT INTO replication_group (id, account_id, replication_group_id, description, engine, engine_version, cache_node_type,
    cache_parameter_group_name, port, transit_encryption_mode, auto_minor_version_upgrade, preferred_maintenance_window,
    snapshot_retention_limit, snapshot_window, at_rest_encryption_enabled, network_id)
  SELECT 'rg-' || i, $2, 'sessions-' || i, 'sessions of shop ' || i, ${SETTINGS}, false, 'net-' || i
  FROM generate_series(1, $1::int) AS i`

const NODE_GROUPS = `
  INSERT INTO node_group (id, replication_group_id, node_group_id, primary_node_id)
  SELECT 'ng-' || i, 'rg-' || i, '0001', 'node-' || i FROM generate_series(1, $1::int) AS i`

/** Sixteen endpoints each, as the service makes them. */
const EDGES = `
  INSERT INTO edge (id, engine_id, control_port, presence, serving_at)
  SELECT 'edge-' || i, 'engine-1', 50000 + i, 'known', clock_now() FROM generate_series(0, $1::int / 16) AS i`

const ENDPOINTS = `
  INSERT INTO endpoint (edge_id, slot, primary_port, reader_port, node_group_id)
  SELECT 'edge-' || i / 16, i % 16, 20000 + i, 30000 + i, 'ng-' || i FROM generate_series(1, $1::int) AS i`

const CLUSTERS = `
  INSERT INTO cache_cluster (id, account_id, cache_cluster_id, engine, engine_version, cache_node_type,
    cache_parameter_group_name, port, transit_encryption_mode, auto_minor_version_upgrade, preferred_maintenance_window,
    snapshot_retention_limit, snapshot_window, replication_group_id, node_group_id, network_id)
  SELECT 'cc-' || i, $2, 'sessions-' || i || '-001', ${SETTINGS}, 'rg-' || i, 'ng-' || i, 'net-' || i
  FROM generate_series(1, $1::int) AS i`

const NODES = `
  INSERT INTO cache_node (id, cluster_id, cache_node_id, zone, engine_id, ip, port, memory_bytes, presence, opened_at,
    engine_version_actual)
  SELECT 'node-' || i, 'cc-' || i, '0001', 'local-1a', 'engine-1', format('10.96.%s.2', i), 10000 + i, 536870912, 'known',
    clock_now(), '8.1.1'
  FROM generate_series(1, $1::int) AS i`

const WORKFLOWS = `
  WITH owners AS (
    INSERT INTO workflow (id, kind, subject_id, root_id, step, first_home_at, run_at)
    SELECT 'wf-' || id, 'replication-group', id, id, 'wait', clock_now(), clock_now() + interval '6 hours'
    FROM replication_group RETURNING id, subject_id),
  shards AS (
    INSERT INTO workflow (id, kind, subject_id, parent_id, root_id, step, first_home_at, run_at)
    SELECT 'wf-' || s.id, 'node-group', s.id, o.id, o.subject_id, 'wait', clock_now(), clock_now() + interval '6 hours'
    FROM node_group s JOIN owners o ON o.subject_id = s.replication_group_id RETURNING id, subject_id, root_id)
  INSERT INTO workflow (id, kind, subject_id, parent_id, root_id, step, first_home_at, run_at)
  SELECT 'wf-' || n.id, 'node', n.id, s.id, s.root_id, 'wait', clock_now(), clock_now() + interval '6 hours'
  FROM cache_node n JOIN cache_cluster c ON c.id = n.cluster_id JOIN shards s ON s.subject_id = c.node_group_id`
