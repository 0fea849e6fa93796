-- AlterTable
ALTER TABLE "replication_group" ADD COLUMN     "former_auth_token_sealed" TEXT,
ADD COLUMN     "auth_token_update" TEXT;

-- AlterTable
ALTER TABLE "cache_node" ADD COLUMN     "parameter_values" JSONB NOT NULL DEFAULT '{}';

-- CreateTable
CREATE TABLE "parameter_group" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "family" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "parameter_values" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_now(),

    CONSTRAINT "parameter_group_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "parameter_group_account_id_name_key" ON "parameter_group"("account_id", "name");

-- A token that was good before is good only besides another.
ALTER TABLE "replication_group" ADD CONSTRAINT "replication_group_tokens" CHECK (
  (auth_token_update IS NULL OR auth_token_update IN ('SET', 'ROTATE'))
  AND (former_auth_token_sealed IS NULL OR auth_token_sealed IS NOT NULL));

-- The views again, with what is new in them.
DROP VIEW replication_group_view, node_group_view, cache_cluster_view, cache_node_view;

CREATE VIEW cache_node_view AS
SELECT n.id, n.cluster_id AS "clusterId", n.cache_node_id AS "cacheNodeId", n.zone, n.engine_id AS "engineId",
  n.incarnation, n.ip, n.port, z.address, n.presence, n.opened_at AS "openedAt",
  n.engine_version_actual AS "engineVersionActual", n.leaving, n.rebooting, n.parameter_values AS "parameterValues", n.created_at AS "createdAt",
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
  s.primary_node_id AS "primaryNodeId",
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
  g.network_id AS "networkId", g.created_at AS "createdAt",
  w.step, w.first_home_at AS "firstHomeAt", w.failure, w.because,
  (SELECT json_agg(r.name) FROM signal r WHERE r.workflow_id = w.id) AS signals,
  (SELECT json_agg(s ORDER BY s."nodeGroupId") FROM node_group_view s WHERE s."replicationGroupRow" = g.id) AS "nodeGroups"
FROM replication_group g
LEFT JOIN workflow w ON w.kind = 'replication-group' AND w.subject_id = g.id;
