-- AlterTable
ALTER TABLE "edge" ADD COLUMN     "kind" TEXT NOT NULL DEFAULT 'replication';

-- AlterTable
ALTER TABLE "endpoint" ADD COLUMN     "cache_cluster_id" TEXT;

-- CreateTable
CREATE TABLE "memcached_cluster" (
    "cluster_id" TEXT NOT NULL,
    "az_mode" TEXT NOT NULL,
    "config_version" INTEGER NOT NULL DEFAULT 0,
    "announced" TEXT[],
    "last_node_number" INTEGER NOT NULL,

    CONSTRAINT "memcached_cluster_pkey" PRIMARY KEY ("cluster_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "endpoint_cache_cluster_id_key" ON "endpoint"("cache_cluster_id");

-- AddForeignKey
ALTER TABLE "endpoint" ADD CONSTRAINT "endpoint_cache_cluster_id_fkey" FOREIGN KEY ("cache_cluster_id") REFERENCES "cache_cluster"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memcached_cluster" ADD CONSTRAINT "memcached_cluster_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "cache_cluster"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "edge" ADD CONSTRAINT "edge_kind" CHECK (kind IN ('replication', 'discovery', 'discovery-tls'));
ALTER TABLE "endpoint" ADD CONSTRAINT "endpoint_one_user" CHECK (node_group_id IS NULL OR cache_cluster_id IS NULL);
ALTER TABLE "memcached_cluster" ADD CONSTRAINT "memcached_cluster_az_mode" CHECK (az_mode IN ('single-az', 'cross-az'));

-- The list of columns of a view is fixed when it is made.
CREATE OR REPLACE VIEW "staying_edge" AS
  SELECT e.* FROM "edge" e WHERE NOT EXISTS (
    SELECT 1 FROM "workflow" w LEFT JOIN "signal" s ON s."workflow_id" = w."id" AND s."name" = 'destroy'
    WHERE w."kind" = 'edge' AND w."subject_id" = e."id" AND (w."step" IN ('failed', 'destroy') OR s."name" IS NOT NULL));

-- What only a Memcached cluster has.
CREATE VIEW memcached_view AS
SELECT m.cluster_id AS "clusterRow", m.az_mode AS "azMode", m.config_version AS "configVersion",
  m.announced AS "announcedNodeIds", m.last_node_number AS "lastNodeNumber",
  (SELECT json_build_object('slot', p.slot, 'primaryPort', p.primary_port, 'readerPort', p.reader_port, 'edgeId', e.id,
    'engineId', e.engine_id, 'incarnation', e.incarnation, 'controlPort', e.control_port, 'servingAt', e.serving_at,
    'address', (SELECT z.address FROM zone z WHERE z.engine_id = e.engine_id ORDER BY z.name LIMIT 1))
    FROM endpoint p JOIN edge e ON e.id = p.edge_id WHERE p.cache_cluster_id = m.cluster_id) AS endpoint,
  (SELECT w.failure FROM endpoint p JOIN workflow w ON w.kind = 'edge' AND w.subject_id = p.edge_id
    WHERE p.cache_cluster_id = m.cluster_id) AS "endpointFailure"
FROM memcached_cluster m;

CREATE OR REPLACE VIEW cache_cluster_view AS
SELECT c.id, c.account_id AS "accountId", c.cache_cluster_id AS "cacheClusterId", c.node_group_id AS "nodeGroupRow",
  g.replication_group_id AS "replicationGroupId", s.node_group_id AS "nodeGroupId",
  c.engine, c.engine_version AS "engineVersion", c.cache_node_type AS "cacheNodeType",
  c.cache_parameter_group_name AS "cacheParameterGroupName", c.port,
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
LEFT JOIN replication_group g ON g.id = c.replication_group_id
LEFT JOIN node_group s ON s.id = c.node_group_id
-- A member shows its replication group's workflow.
LEFT JOIN workflow w ON w.kind = CASE WHEN g.id IS NULL THEN 'cache-cluster' ELSE 'replication-group' END
  AND w.subject_id = COALESCE(g.id, c.id);
