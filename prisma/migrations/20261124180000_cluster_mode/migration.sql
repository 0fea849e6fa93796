-- AlterTable
ALTER TABLE "replication_group" ADD COLUMN     "cluster_enabled" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "node_group" ADD COLUMN     "slots" TEXT;

-- AlterTable
ALTER TABLE "cache_node" ADD COLUMN     "bus_port" INTEGER,
ADD COLUMN     "cluster_node_id" TEXT;

-- AlterTable
ALTER TABLE "endpoint" ADD COLUMN     "replication_group_id" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "endpoint_replication_group_id_key" ON "endpoint"("replication_group_id");

-- AddForeignKey
ALTER TABLE "endpoint" ADD CONSTRAINT "endpoint_replication_group_id_fkey" FOREIGN KEY ("replication_group_id") REFERENCES "replication_group"("id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "endpoint" DROP CONSTRAINT "endpoint_one_user";
ALTER TABLE "endpoint" ADD CONSTRAINT "endpoint_one_user" CHECK (
  num_nonnulls(node_group_id, cache_cluster_id, replication_group_id) <= 1);

-- The views again, with what is new in them.
DROP VIEW replication_group_view, node_group_view, endpoint_view, cache_cluster_view, cache_node_view;

CREATE VIEW cache_node_view AS
SELECT n.id, n.cluster_id AS "clusterId", n.cache_node_id AS "cacheNodeId", n.zone, n.engine_id AS "engineId",
  n.incarnation, n.ip, n.port, z.address, n.presence, n.opened_at AS "openedAt",
  n.engine_version_actual AS "engineVersionActual", n.leaving, n.rebooting, n.bus_port AS "busPort",
  n.cluster_node_id AS "clusterNodeId", n.replaces,
  CASE WHEN n.engine IS NOT NULL THEN json_build_object('engine', n.engine, 'engineVersion', n.engine_version,
    'cacheNodeType', n.cache_node_type) END AS choice, n.parameter_values AS "parameterValues", n.created_at AS "createdAt",
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
  c.transit_encryption_enabled AS "transitEncryptionEnabled", g.auth_token_sealed IS NOT NULL AS "authTokenEnabled",
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

CREATE VIEW endpoint_view AS
SELECT p.node_group_id AS "nodeGroupRow", p.replication_group_id AS "replicationGroupRow", p.slot, p.primary_port AS "primaryPort", p.reader_port AS "readerPort",
  e.id AS "edgeId", e.engine_id AS "engineId", e.incarnation, e.control_port AS "controlPort", e.serving_at AS "servingAt",
  (SELECT z.address FROM zone z WHERE z.engine_id = e.engine_id ORDER BY z.name LIMIT 1) AS address
FROM endpoint p JOIN edge e ON e.id = p.edge_id;

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
  g.transit_encryption_enabled AS "transitEncryptionEnabled", g.auth_token_sealed IS NOT NULL AS "authTokenEnabled",
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
  (SELECT json_agg(s ORDER BY s."nodeGroupId") FROM node_group_view s WHERE s."replicationGroupRow" = g.id) AS "nodeGroups"
FROM replication_group g
LEFT JOIN workflow w ON w.kind = 'replication-group' AND w.subject_id = g.id;
