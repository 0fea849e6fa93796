-- AlterTable
ALTER TABLE "replication_group" ADD COLUMN     "cluster_mode" TEXT NOT NULL DEFAULT 'disabled';

UPDATE "replication_group" SET "cluster_mode" = 'enabled' WHERE "cluster_enabled";

-- As it was, with one more column.
CREATE OR REPLACE VIEW replication_group_view AS
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
  (SELECT json_agg(s ORDER BY s."nodeGroupId") FROM node_group_view s WHERE s."replicationGroupRow" = g.id) AS "nodeGroups",
  (SELECT json_build_object('targets', r.targets, 'total', r.total) FROM resharding r WHERE r.replication_group_id = g.id) AS resharding,
  g.cluster_mode AS "clusterMode"
FROM replication_group g
LEFT JOIN workflow w ON w.kind = 'replication-group' AND w.subject_id = g.id;
