-- AlterTable
ALTER TABLE "memcached_cluster" ADD COLUMN     "pending_nodes" JSONB;

CREATE OR REPLACE VIEW memcached_view AS
SELECT m.cluster_id AS "clusterRow", m.az_mode AS "azMode", m.config_version AS "configVersion",
  m.announced AS "announcedNodeIds", m.last_node_number AS "lastNodeNumber",
  (SELECT json_build_object('slot', p.slot, 'primaryPort', p.primary_port, 'readerPort', p.reader_port, 'edgeId', e.id,
    'engineId', e.engine_id, 'incarnation', e.incarnation, 'controlPort', e.control_port, 'servingAt', e.serving_at,
    'address', (SELECT z.address FROM zone z WHERE z.engine_id = e.engine_id ORDER BY z.name LIMIT 1))
    FROM endpoint p JOIN edge e ON e.id = p.edge_id WHERE p.cache_cluster_id = m.cluster_id) AS endpoint,
  (SELECT w.failure FROM endpoint p JOIN workflow w ON w.kind = 'edge' AND w.subject_id = p.edge_id
    WHERE p.cache_cluster_id = m.cluster_id) AS "endpointFailure",
  m.user_names AS "userNames", m.pending_nodes AS "pendingNodes"
FROM memcached_cluster m;
