import {
  invariant,
  type AuthTokenUpdate,
  type CacheCluster,
  type ClusterMode,
  type Failover,
  type Keyring,
  type Network,
  type NodeGroupSubject,
  type NodeSubject,
  type OutageMode,
  type PendingChange,
} from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { readNodeGroup, type NodeGroupDoc } from '../documents.ts'
import { readFailover, type FailoverRow } from '../read-failover.ts'
import { prepared } from '../sql.ts'
import { loadUpdateRun } from '../service-updates/load-update-run.ts'
import { loadSisters, reshardingAround, type ReshardingRow } from './load-resharding.ts'
import { openTokens } from './subjects.ts'

const nodeGroupSubject = prepared('node_group_subject')

/** As JSON, moments are texts. */
type FailoverDoc = Omit<FailoverRow, 'requested_at' | 'ended_at'> &
  Record<'requested_at', string> &
  Record<'ended_at', string | null>

interface NodeGroupRow {
  doc: NodeGroupDoc
  network: Network
  engine_ids: string[]
  group_id: string
  account_id: string
  name: string
  automatic_failover_enabled: boolean
  cluster_mode: ClusterMode
  cluster_enabled: boolean
  /** Of the node group and of its replication group. */
  endpoint_addresses: string[] | null
  auth_token_sealed: string | null
  former_auth_token_sealed: string | null
  auth_token_update: AuthTokenUpdate | null
  edge_failure: string | null
  /** Null unless its shards come and go. */
  resharding: ReshardingRow | null
  is_others_turn: boolean
  has_update: boolean
  open_failover: FailoverDoc | null
  cpus: Record<string, number>
  /** By zone. */
  outages: Record<string, OutageMode> | null
}

/**
 * What a node group's workflow sees, its nodes as their own workflows see them: by one statement where nothing is under way
 * that needs more, because every step of every failover begins with it.
 */
export async function loadNodeGroup(
  q: Queryable,
  keyring: Keyring,
  id: string,
): Promise<NodeGroupSubject | null> {
  const [row] = await q.rows<NodeGroupRow>(nodeGroupSubject`
    SELECT row_to_json(d) AS doc, json_build_object('id', w.id, 'subnet', w.subnet, 'gateway', w.gateway) AS network,
      w.engine_ids, g.id AS group_id, g.account_id, g.replication_group_id AS name, g.automatic_failover_enabled,
      g.cluster_mode, g.cluster_enabled, g.auth_token_sealed, g.former_auth_token_sealed, g.auth_token_update,
      (SELECT array_agg(DISTINCT p.address) FROM endpoint_view p WHERE p."nodeGroupRow" = d.id OR p."replicationGroupRow" = g.id) AS endpoint_addresses,
      (SELECT json_object_agg(e.id, e.cpus) FROM docker_engine e WHERE e.id = ANY(w.engine_ids)) AS cpus,
      (SELECT e.failure FROM workflow e JOIN endpoint p ON p.edge_id = e.subject_id
        WHERE e.kind = 'edge' AND p.node_group_id = d.id) AS edge_failure,
      (SELECT json_build_object('step', o.step, 'move', o.frame -> 'move', 'sendingMs', r.sending_ms)
        FROM resharding r JOIN workflow o ON o.subject_id = r.replication_group_id WHERE r.replication_group_id = g.id AND o.kind = 'replication-group') AS resharding,
      EXISTS (SELECT 1 FROM cache_node o JOIN cache_cluster b ON b.id = o.cluster_id
        WHERE b.replication_group_id = g.id AND b.node_group_id <> d.id AND o.replaces IS NOT NULL) AS is_others_turn,
      EXISTS (SELECT 1 FROM update_action a WHERE a.replication_group_id = g.id
        AND a.status IN ('waiting-to-start', 'in-progress', 'stopping')) AS has_update,
      (SELECT json_build_object('id', f.id, 'node_group_id', d."nodeGroupId", 'epoch', f.epoch::text, 'kind', f.kind,
          'status', f.status, 'cause', f.cause, 'from_cache_cluster_id', f.from_cache_cluster_id,
          'to_cache_cluster_id', f.to_cache_cluster_id, 'phases', f.phases, 'requested_at', f.requested_at, 'ended_at', f.ended_at)
        FROM failover f WHERE f.node_group_id = d.id AND f.status IN ('requested', 'running') LIMIT 1) AS open_failover,
      (SELECT json_object_agg(z.name, z.outage_mode) FROM zone z WHERE z.outage_mode IS NOT NULL) AS outages
    FROM node_group_view d JOIN replication_group g ON g.id = d."replicationGroupRow" JOIN network w ON w.id = g.network_id
    WHERE d.id = ${id}`)
  return row === undefined ? null : subjectOf(q, keyring, row)
}

async function subjectOf(q: Queryable, keyring: Keyring, row: NodeGroupRow): Promise<NodeGroupSubject> {
  const nodeGroup = readNodeGroup(row.doc)
  const { id } = nodeGroup
  const pending = nodeGroup.members[0]?.pending ?? null
  return {
    group: {
      id: row.group_id,
      accountId: row.account_id,
      replicationGroupId: row.name,
      automaticFailoverEnabled: row.automatic_failover_enabled,
      clusterMode: row.cluster_mode,
      clusterEnabled: row.cluster_enabled,
      authTokenUpdate: row.auth_token_update,
      pending,
      sendingMs: row.resharding?.sendingMs ?? 0,
      update: row.has_update ? await loadUpdateRun(q, row.group_id) : null,
      isOthersTurn: row.is_others_turn,
    },
    nodeGroup,
    nodes: nodeSubjects(nodeGroup.members, row, keyring),
    network: row.network,
    engineIds: row.engine_ids,
    failover: row.open_failover === null ? null : openFailover(row.open_failover),
    resharding: row.resharding === null ? null : reshardingAround(id, row.resharding),
    sisters: needsSisters(row, pending) ? await loadSisters(q, row.group_id, id, row.resharding) : [],
    endpointFailure: row.edge_failure,
  }
}

function openFailover({ requested_at, ended_at, ...rest }: FailoverDoc): Failover {
  return readFailover({
    ...rest,
    requested_at: new Date(requested_at),
    ended_at: ended_at === null ? null : new Date(ended_at),
  })
}

function needsSisters(row: NodeGroupRow, pending: PendingChange | null): boolean {
  return row.resharding !== null || (row.cluster_enabled && pending?.state === 'rolling')
}

function nodeSubjects(members: readonly CacheCluster[], row: NodeGroupRow, keyring: Keyring): NodeSubject[] {
  const tokens = openTokens(keyring, row)
  return members.flatMap((cluster) =>
    cluster.nodes.map((node) => {
      const engineCpus = row.cpus[node.engineId]
      invariant(engineCpus, `the network of ${cluster.cacheClusterId} reaches its engine`)
      return {
        node,
        cluster,
        network: row.network,
        owner: { kind: 'replication-group' as const, id: row.group_id, name: row.name },
        nodeGroupId: row.doc.id,
        ...tokens,
        saslUsers: [],
        engineCpus,
        endpointAddresses: row.endpoint_addresses ?? [],
        portIsFixed: cluster.port !== null,
        zoneOutage: row.outages?.[node.zone] ?? null,
        // Nobody but the node's own workflow makes it.
        seed: null,
        bridgesFrom: null,
      }
    }),
  )
}
