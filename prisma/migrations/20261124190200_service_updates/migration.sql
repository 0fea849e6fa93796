-- AlterTable
ALTER TABLE "cache_node" ADD COLUMN     "image_id" TEXT;

-- CreateTable
CREATE TABLE "service_update" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "engine" TEXT NOT NULL,
    "engine_version" TEXT NOT NULL,
    "released_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_now(),
    "recommended_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "service_update_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "engine_image" (
    "engine_id" TEXT NOT NULL,
    "engine" TEXT NOT NULL,
    "engine_version" TEXT NOT NULL,
    "image_id" TEXT NOT NULL,
    "service_update_id" TEXT,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_now(),

    CONSTRAINT "engine_image_pkey" PRIMARY KEY ("engine_id","engine","engine_version","image_id")
);

-- CreateTable
CREATE TABLE "update_action" (
    "id" TEXT NOT NULL,
    "service_update_id" TEXT NOT NULL,
    "replication_group_id" TEXT,
    "cache_cluster_id" TEXT,
    "status" TEXT NOT NULL,
    "initiated_by" TEXT NOT NULL,
    "initiated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_now(),
    "modified_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_now(),

    CONSTRAINT "update_action_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "service_update_name_key" ON "service_update"("name");

-- CreateIndex
CREATE UNIQUE INDEX "update_action_service_update_id_replication_group_id_key" ON "update_action"("service_update_id", "replication_group_id");

-- CreateIndex
CREATE UNIQUE INDEX "update_action_service_update_id_cache_cluster_id_key" ON "update_action"("service_update_id", "cache_cluster_id");

-- AddForeignKey
ALTER TABLE "engine_image" ADD CONSTRAINT "engine_image_engine_id_fkey" FOREIGN KEY ("engine_id") REFERENCES "docker_engine"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "engine_image" ADD CONSTRAINT "engine_image_service_update_id_fkey" FOREIGN KEY ("service_update_id") REFERENCES "service_update"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "update_action" ADD CONSTRAINT "update_action_service_update_id_fkey" FOREIGN KEY ("service_update_id") REFERENCES "service_update"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "update_action" ADD CONSTRAINT "update_action_replication_group_id_fkey" FOREIGN KEY ("replication_group_id") REFERENCES "replication_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "update_action" ADD CONSTRAINT "update_action_cache_cluster_id_fkey" FOREIGN KEY ("cache_cluster_id") REFERENCES "cache_cluster"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "update_action" ADD CONSTRAINT "update_action_one_subject" CHECK (
  num_nonnulls(replication_group_id, cache_cluster_id) = 1);
ALTER TABLE "update_action" ADD CONSTRAINT "update_action_status" CHECK (
  status IN ('waiting-to-start', 'in-progress', 'stopping', 'stopped', 'complete'));

-- The newest of an engine version brings everything; those before it have expired.
CREATE VIEW service_update_view AS
SELECT u.id, u.name, u.engine, u.engine_version AS "engineVersion", u.released_at AS "releasedAt",
  u.recommended_at AS "recommendedAt",
  CASE WHEN EXISTS (SELECT 1 FROM service_update o WHERE o.engine = u.engine AND o.engine_version = u.engine_version
    AND (o.released_at, o.name) > (u.released_at, u.name)) THEN 'expired' ELSE 'available' END AS status
FROM service_update u;

-- Nodes that have their place, each with every update for what it runs. A node is updated when the image that it was made
-- of stood for its version when the update's did, or later; an engine that the update has not reached lacks nothing.
CREATE VIEW service_update_node_view AS
SELECT u.id AS "serviceUpdateId", n.id AS "nodeId", n.cluster_id AS "clusterId", c.account_id AS "accountId",
  c.replication_group_id AS "groupId", c.cache_cluster_id AS "cacheClusterId", n.cache_node_id AS "cacheNodeId",
  s.node_group_id AS "nodeGroupId",
  NOT EXISTS (SELECT 1 FROM engine_image r WHERE r.service_update_id = u.id AND r.engine_id = n.engine_id
    AND NOT EXISTS (SELECT 1 FROM engine_image o WHERE o.engine_id = n.engine_id AND o.engine = r.engine
      AND o.engine_version = r.engine_version AND o.image_id = n.image_id AND o.seen_at >= r.seen_at)) AS "isUpdated"
FROM cache_node n JOIN cache_cluster c ON c.id = n.cluster_id LEFT JOIN node_group s ON s.id = c.node_group_id
JOIN service_update u ON u.engine = COALESCE(n.engine, c.engine) AND u.engine_version = COALESCE(n.engine_version, c.engine_version)
WHERE NOT n.leaving
  AND NOT EXISTS (SELECT 1 FROM cache_node o WHERE o.id = n.replaces AND NOT o.leaving);
