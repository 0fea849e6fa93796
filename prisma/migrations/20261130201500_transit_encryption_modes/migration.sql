-- Nodes that take plain text beside TLS, and groups that come to that and go from it.
DROP VIEW replication_group_view, node_group_view, cache_cluster_view, cache_node_view, pending_change_view;

-- AlterTable
ALTER TABLE "cache_cluster" ADD COLUMN     "transit_encryption_mode" TEXT;

-- AlterTable
ALTER TABLE "cache_node" ADD COLUMN     "plain_port" INTEGER,
ADD COLUMN     "transit_encryption_mode" TEXT;

-- AlterTable
ALTER TABLE "replication_group" ADD COLUMN     "pending_transit_encryption_mode" TEXT,
ADD COLUMN     "transit_encryption_mode" TEXT;

UPDATE "replication_group" SET transit_encryption_mode = 'required' WHERE transit_encryption_enabled;
UPDATE "replication_group" SET pending_transit_encryption_mode = transit_encryption_mode WHERE pending_state IS NOT NULL;
UPDATE "cache_cluster" SET transit_encryption_mode = 'required' WHERE transit_encryption_enabled;
UPDATE "cache_node" n SET transit_encryption_mode = c.transit_encryption_mode FROM cache_cluster c
WHERE c.id = n.cluster_id AND n.engine IS NOT NULL;

ALTER TABLE "cache_cluster" DROP COLUMN "transit_encryption_enabled";
ALTER TABLE "replication_group" DROP COLUMN "transit_encryption_enabled";

ALTER TABLE "cache_cluster" ADD CONSTRAINT "cache_cluster_encryption" CHECK (transit_encryption_mode IN ('preferred', 'required'));
ALTER TABLE "cache_node" ADD CONSTRAINT "cache_node_encryption" CHECK (transit_encryption_mode IN ('preferred', 'required'));
ALTER TABLE "replication_group" ADD CONSTRAINT "replication_group_encryption" CHECK (
  transit_encryption_mode IN ('preferred', 'required') AND pending_transit_encryption_mode IN ('preferred', 'required'));

-- The views again, with what is new in them.
CREATE VIEW pending_change_view AS
SELECT g.id AS "replicationGroupRow", json_build_object('wanted', json_build_object('engine', g.pending_engine,
  'engineVersion', g.pending_engine_version, 'cacheNodeType', g.pending_cache_node_type,
  'transitEncryptionMode', g.pending_transit_encryption_mode),
  'state', g.pending_state, 'because', g.pending_because) AS pending
FROM replication_group g WHERE g.pending_state IS NOT NULL;

CREATE VIEW cache_node_view AS
SELECT n.id, n.cluster_id AS "clusterId", n.cache_node_id AS "cacheNodeId", n.zone, n.engine_id AS "engineId",
  n.incarnation, n.ip, n.port, z.address, n.presence, n.opened_at AS "openedAt",
  n.engine_version_actual AS "engineVersionActual", n.leaving, n.rebooting, n.plain_port AS "plainPort",
  n.bus_port AS "busPort",
  n.cluster_node_id AS "clusterNodeId", n.replaces,
  CASE WHEN n.engine IS NOT NULL THEN json_build_object('engine', n.engine, 'engineVersion', n.engine_version,
    'cacheNodeType', n.cache_node_type, 'transitEncryptionMode', n.transit_encryption_mode) END AS choice, n.parameter_values AS "parameterValues", n.created_at AS "createdAt",
  w.step, w.first_home_at AS "firstHomeAt", w.failure, w.because,
  (SELECT json_agg(s.name) FROM signal s WHERE s.workflow_id = w.id) AS signals
FROM cache_node n
JOIN zone z ON z.name = n.zone
LEFT JOIN workflow w ON w.kind = 'node' AND w.subject_id = n.id;

CREATE VIEW cache_cluster_view AS
SELECT c.id, c.account_id AS "accountId", c.cache_cluster_id AS "cacheClusterId", c.node_group_id AS "nodeGroupRow",
  g.replication_group_id AS "replicationGroupId", s.node_group_id AS "nodeGroupId",
  c.engine, c.engine_version AS "engineVersion", c.cache_node_type AS "cacheNodeType",
  c.cache_parameter_group_name AS "cacheParameterGroupName", COALESCE(p.parameter_values, '{}') AS "parameterValues", c.port,
  c.transit_encryption_mode AS "transitEncryptionMode", g.auth_token_sealed IS NOT NULL AS "authTokenEnabled",
  c.auto_minor_version_upgrade AS "autoMinorVersionUpgrade",
  c.preferred_maintenance_window AS "preferredMaintenanceWindow",
  c.snapshot_retention_limit AS "snapshotRetentionLimit", c.snapshot_window AS "snapshotWindow",
  c.network_id AS "networkId", c.created_at AS "createdAt",
  (SELECT p.pending FROM pending_change_view p WHERE p."replicationGroupRow" = g.id) AS pending,
  w.step, w.first_home_at AS "firstHomeAt", w.failure, w.because,
  (SELECT json_agg(r.name) FROM signal r WHERE r.workflow_id = w.id) AS signals,
  (SELECT json_agg(n ORDER BY n."cacheNodeId") FROM cache_node_view n WHERE n."clusterId" = c.id) AS nodes,
  (SELECT row_to_json(m) FROM memcached_view m WHERE m."clusterRow" = c.id) AS memcached
FROM cache_cluster c
-- A default group has no row.
LEFT JOIN parameter_group p ON p.account_id = c.account_id AND p.name = c.cache_parameter_group_name
LEFT JOIN replication_group g ON g.id = c.replication_group_id
LEFT JOIN node_group s ON s.id = c.node_group_id
-- A member shows its replication group's workflow.
LEFT JOIN workflow w ON w.kind = CASE WHEN g.id IS NULL THEN 'cache-cluster' ELSE 'replication-group' END
  AND w.subject_id = COALESCE(g.id, c.id);

CREATE VIEW node_group_view AS
SELECT s.id, s.replication_group_id AS "replicationGroupRow", s.node_group_id AS "nodeGroupId", s.epoch::text,
  s.primary_node_id AS "primaryNodeId", s.slots,
  w.step, w.first_home_at AS "firstHomeAt", w.failure, w.because,
  (SELECT json_agg(r.name) FROM signal r WHERE r.workflow_id = w.id) AS signals,
  (SELECT row_to_json(p) FROM endpoint_view p WHERE p."nodeGroupRow" = s.id) AS endpoint,
  (SELECT json_agg(c ORDER BY c."cacheClusterId") FROM cache_cluster_view c WHERE c."nodeGroupRow" = s.id) AS members
FROM node_group s
LEFT JOIN workflow w ON w.kind = 'node-group' AND w.subject_id = s.id;

CREATE VIEW replication_group_view AS
SELECT g.id, g.account_id AS "accountId", g.replication_group_id AS "replicationGroupId", g.description,
  g.engine, g.engine_version AS "engineVersion", g.cache_node_type AS "cacheNodeType",
  g.cache_parameter_group_name AS "cacheParameterGroupName", g.port,
  g.transit_encryption_mode AS "transitEncryptionMode", g.auth_token_sealed IS NOT NULL AS "authTokenEnabled",
  g.at_rest_encryption_enabled AS "atRestEncryptionEnabled",
  g.auth_token_last_modified_date AS "authTokenLastModifiedDate", g.auth_token_update AS "authTokenUpdate",
  g.automatic_failover_enabled AS "automaticFailoverEnabled", g.multi_az_enabled AS "multiAZEnabled",
  g.auto_minor_version_upgrade AS "autoMinorVersionUpgrade",
  g.preferred_maintenance_window AS "preferredMaintenanceWindow",
  g.snapshot_retention_limit AS "snapshotRetentionLimit", g.snapshot_window AS "snapshotWindow",
  g.network_id AS "networkId", g.created_at AS "createdAt", g.cluster_enabled AS "clusterEnabled",
  (SELECT p.pending FROM pending_change_view p WHERE p."replicationGroupRow" = g.id) AS pending,
  w.step, w.first_home_at AS "firstHomeAt", w.failure, w.because,
  (SELECT json_agg(r.name) FROM signal r WHERE r.workflow_id = w.id) AS signals,
  (SELECT row_to_json(p) FROM endpoint_view p WHERE p."replicationGroupRow" = g.id) AS "configurationEndpoint",
  (SELECT json_agg(s ORDER BY s."nodeGroupId") FROM node_group_view s WHERE s."replicationGroupRow" = g.id) AS "nodeGroups",
  (SELECT json_build_object('targets', r.targets, 'total', r.total) FROM resharding r WHERE r.replication_group_id = g.id) AS resharding,
  g.cluster_mode AS "clusterMode"
FROM replication_group g
LEFT JOIN workflow w ON w.kind = 'replication-group' AND w.subject_id = g.id;
