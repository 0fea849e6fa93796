-- A cache cluster that stands alone can be made from a snapshot, too.
ALTER TABLE "restore" DROP CONSTRAINT "restore_replication_group_id_fkey";

-- AlterTable
ALTER TABLE "restore" RENAME COLUMN "replication_group_id" TO "owner_id";

-- AlterTable
ALTER TABLE "cache_cluster" ADD COLUMN     "from_snapshot" BOOLEAN NOT NULL DEFAULT false;

CREATE OR REPLACE VIEW cache_cluster_view AS
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
  (SELECT row_to_json(m) FROM memcached_view m WHERE m."clusterRow" = c.id) AS memcached,
  c.from_snapshot AS "fromSnapshot"
FROM cache_cluster c
-- A default group has no row.
LEFT JOIN parameter_group p ON p.account_id = c.account_id AND p.name = c.cache_parameter_group_name
LEFT JOIN replication_group g ON g.id = c.replication_group_id
LEFT JOIN node_group s ON s.id = c.node_group_id
-- A member shows its replication group's workflow.
LEFT JOIN workflow w ON w.kind = CASE WHEN g.id IS NULL THEN 'cache-cluster' ELSE 'replication-group' END
  AND w.subject_id = COALESCE(g.id, c.id);
