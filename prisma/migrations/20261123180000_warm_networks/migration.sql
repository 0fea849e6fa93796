-- Networks that stand before anybody asks for them: a row without an owner, which a creation may take once it is ready.
ALTER TABLE "network" ADD COLUMN "ready_at" TIMESTAMPTZ(3);

-- Whether a network has an owner is asked at every creation.
CREATE INDEX "cache_cluster_network_id_idx" ON "cache_cluster"("network_id");

CREATE VIEW spare_network AS
SELECT w.id, w.subnet, w.gateway, w.engine_ids, w.ready_at FROM network w
WHERE NOT EXISTS (SELECT 1 FROM replication_group g WHERE g.network_id = w.id)
  AND NOT EXISTS (SELECT 1 FROM cache_cluster c WHERE c.network_id = w.id);
