-- AlterTable
ALTER TABLE "replication_group" ADD COLUMN     "pending_cluster_mode" TEXT;

-- As it was, with one more member.
CREATE OR REPLACE VIEW pending_change_view AS
SELECT g.id AS "replicationGroupRow", json_build_object('wanted', json_build_object('engine', g.pending_engine,
  'engineVersion', g.pending_engine_version, 'cacheNodeType', g.pending_cache_node_type,
  'transitEncryptionMode', g.pending_transit_encryption_mode),
  'clusterMode', g.pending_cluster_mode, 'state', g.pending_state, 'because', g.pending_because) AS pending
FROM replication_group g WHERE g.pending_state IS NOT NULL;
