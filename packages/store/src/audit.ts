import type { Audit, AuditedWorkflow } from '@cacheplane/domain'
import type { Queryable } from './queryable.ts'
import { sql } from './sql.ts'

/** JSON has no dates. */
type Dated = 'createdAt' | 'runAt' | 'firstHomeAt' | 'leaseUntil'
type WorkflowDoc = Omit<AuditedWorkflow, Dated | 'signals'> & {
  createdAt: string
  runAt: string
  firstHomeAt: string | null
  leaseUntil: string | null
  signals: { name: AuditedWorkflow['signals'][number]['name']; raisedAt: string }[]
}
type AuditRow = Omit<Audit, 'workflows' | 'zonesOut'> & {
  workflows: WorkflowDoc[]
  zonesOut: { zone: string; since: string }[]
}

/** One statement, so that all of it is as of one moment. */
export async function audit(q: Queryable): Promise<Audit> {
  const [row] = await q.rows<AuditRow>(sql`
    SELECT clock_now() AS at,
      (SELECT COALESCE(json_agg(o), '[]') FROM (
        SELECT 'replication-group' AS kind, id, replication_group_id AS name, network_id AS "networkId",
          cluster_mode AS "clusterMode" FROM replication_group
        UNION ALL SELECT 'cache-cluster', id, cache_cluster_id, network_id, 'disabled' FROM cache_cluster
          WHERE replication_group_id IS NULL) o) AS owners,
      (SELECT COALESCE(json_agg(o), '[]') FROM (
        SELECT s.id, g.id AS "ownerId", g.replication_group_id || '/' || s.node_group_id AS name
        FROM node_group s JOIN replication_group g ON g.id = s.replication_group_id) o) AS "nodeGroups",
      (SELECT COALESCE(json_agg(o), '[]') FROM (
        SELECT e.id, e.engine_id AS "engineId", e.incarnation, e.control_port AS "controlPort", e.presence,
          e.serving_at IS NOT NULL AS "isServing",
          (SELECT COALESCE(json_agg(json_build_object('primaryPort', p.primary_port, 'readerPort', p.reader_port,
            'holderId', COALESCE(p.node_group_id, p.replication_group_id), 'cacheClusterId', p.cache_cluster_id)), '[]')
            FROM endpoint p WHERE p.edge_id = e.id) AS endpoints
        FROM edge e) o) AS edges,
      (SELECT COALESCE(json_agg(o), '[]') FROM (
        SELECT n.id, COALESCE(c.replication_group_id, c.id) AS "ownerId", c.cache_cluster_id || '/' || n.cache_node_id AS name,
          n.zone, n.engine_id AS "engineId", c.network_id AS "networkId", n.incarnation, n.ip, n.port,
          n.plain_port AS "plainPort", n.bus_port AS "busPort", n.presence,
          n.opened_at IS NOT NULL AS "isOpen"
        FROM cache_node n JOIN cache_cluster c ON c.id = n.cluster_id) o) AS nodes,
      (SELECT COALESCE(json_agg(o), '[]') FROM (
        SELECT id, subnet, engine_ids AS "engineIds", ready_at IS NOT NULL AS "isReady" FROM network) o) AS networks,
      (SELECT COALESCE(json_agg(id), '[]') FROM docker_engine) AS "engineIds",
      (SELECT COALESCE(json_agg(id), '[]') FROM snapshot) AS "snapshotIds",
      (SELECT COALESCE(json_agg(o), '[]') FROM (
        SELECT name AS zone, outage_since AS since FROM zone WHERE outage_mode IS NOT NULL) o) AS "zonesOut",
      (SELECT COALESCE(json_agg(o), '[]') FROM (
        SELECT w.id, w.kind, w.subject_id AS "subjectId", w.step, w.created_at AS "createdAt", w.run_at AS "runAt",
          w.first_home_at AS "firstHomeAt", w.attempts, w.lease_owner AS "leaseOwner", w.lease_until AS "leaseUntil",
          w.last_error AS "lastError",
          (SELECT COALESCE(json_agg(json_build_object('name', s.name, 'raisedAt', s.raised_at)), '[]')
            FROM signal s WHERE s.workflow_id = w.id) AS signals
        FROM workflow w) o) AS workflows,
      (SELECT COALESCE(json_agg(o), '[]') FROM (
        SELECT 'ip' AS of, network_id AS scope, ip AS address, node_id AS holder FROM ip_allocation WHERE released_at IS NULL
        UNION ALL SELECT 'port', engine_id, port::text, node_id FROM port_allocation WHERE released_at IS NULL
        UNION ALL SELECT 'subnet', network_id, NULL, network_id FROM subnet_allocation WHERE released_at IS NULL
        ) o) AS allocations`)
  if (row === undefined) throw new Error('the database answered without a row')
  return {
    ...row,
    at: new Date(row.at),
    workflows: row.workflows.map(readWorkflow),
    zonesOut: row.zonesOut.map(({ zone, since }) => ({ zone, since: new Date(since) })),
  }
}

function readWorkflow(doc: WorkflowDoc): AuditedWorkflow {
  return {
    ...doc,
    createdAt: new Date(doc.createdAt),
    runAt: new Date(doc.runAt),
    firstHomeAt: doc.firstHomeAt === null ? null : new Date(doc.firstHomeAt),
    leaseUntil: doc.leaseUntil === null ? null : new Date(doc.leaseUntil),
    signals: doc.signals.map(({ name, raisedAt }) => ({ name, raisedAt: new Date(raisedAt) })),
  }
}
