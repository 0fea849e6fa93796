import {
  FAILED_STEP,
  parseSlots,
  planSeed,
  seconds,
  type CacheCluster,
  type DockerEngineSubject,
  type Keyring,
  type Network,
  type NodeSubject,
  type OutageMode,
  type OwnerSubject,
  type ReplicationGroup,
  type Secret,
  type Seed,
  type VaultFile,
} from '@cacheplane/domain'
import type { Pools } from '../allocation.ts'
import { findSnapshotById } from '../catalogue/describe-snapshots.ts'
import { subnetCount } from '../network-pool.ts'
import type { Queryable } from '../queryable.ts'
import { readCluster, readGroup, type CacheClusterDoc, type ReplicationGroupDoc } from '../documents.ts'
import { loadUpdateRun } from '../service-updates/load-update-run.ts'
import { openUsers } from '../sasl-users.ts'
import { authTokenCell, formerAuthTokenCell } from '../secret-cells.ts'
import { prepared } from '../sql.ts'

const nodeSubject = prepared('node_subject')
const groupSubject = prepared('group_subject')
const clusterSubject = prepared('cluster_subject')

const engineSubject = prepared('engine_subject')

/** What follows a creation, such as the next one, finds the engine free. */
const CALM_AFTER_MS = seconds(3)

type NetworkDoc = Network & { engineIds: string[] }

interface SeedDoc {
  slots: string | null
  files: (VaultFile & { slots: string | null })[]
}

interface NodeSubjectRow {
  cluster: CacheClusterDoc
  network: Network
  group_id: string | null
  account_id: string
  auth_token_sealed: string | null
  users_sealed: string | null
  former_auth_token_sealed: string | null
  cpus: number
  outage_mode: OutageMode | null
  endpoint_addresses: string[] | null
  seed: SeedDoc | null
}

/** What a node's workflow sees; the AUTH token is opened here and travels as a `Secret`. */
export async function loadNode(q: Queryable, keyring: Keyring, nodeId: string): Promise<NodeSubject | null> {
  const [row] = await q.rows<NodeSubjectRow>(nodeSubject`
    SELECT row_to_json(d) AS cluster, json_build_object('id', w.id, 'subnet', w.subnet, 'gateway', w.gateway) AS network,
      g.id AS group_id, c.account_id, g.auth_token_sealed, g.former_auth_token_sealed,
      (SELECT m.users_sealed FROM memcached_cluster m WHERE m.cluster_id = c.id) AS users_sealed, e.cpus, z.outage_mode,
      (SELECT array_agg(DISTINCT p.address) FROM endpoint_view p
        WHERE p."nodeGroupRow" = c.node_group_id OR p."replicationGroupRow" = c.replication_group_id) AS endpoint_addresses,
      (SELECT json_build_object('slots', s.slots, 'files', json_agg(json_build_object('fileId', f.id,
          'bytes', f.content -> 'bytes', 'sha256', f.content ->> 'sha256', 'slots', f.slots) ORDER BY f.node_group_id))
        FROM restore r JOIN snapshot_file f ON f.snapshot_id = r.snapshot_id LEFT JOIN node_group s ON s.id = c.node_group_id
        WHERE r.owner_id = COALESCE(c.replication_group_id, c.id) AND (s.id IS NULL OR s.primary_node_id = n.id)
        GROUP BY s.slots) AS seed
    FROM cache_node n JOIN cache_cluster c ON c.id = n.cluster_id JOIN network w ON w.id = c.network_id
    JOIN docker_engine e ON e.id = n.engine_id JOIN zone z ON z.name = n.zone JOIN cache_cluster_view d ON d.id = c.id
    LEFT JOIN replication_group g ON g.id = c.replication_group_id WHERE n.id = ${nodeId}`)
  if (row === undefined) return null
  const cluster = readCluster(row.cluster)
  const node = cluster.nodes.find((one) => one.id === nodeId)
  if (node === undefined) return null
  return {
    node,
    cluster,
    network: row.network,
    nodeGroupId: row.cluster.nodeGroupRow,
    owner:
      row.group_id === null
        ? { kind: 'cache-cluster', id: cluster.id, name: cluster.cacheClusterId }
        : { kind: 'replication-group', id: row.group_id, name: cluster.replicationGroupId ?? '' },
    ...openTokens(keyring, row),
    saslUsers: openUsers(keyring, { accountId: row.account_id, clusterId: cluster.id }, row.users_sealed),
    engineCpus: row.cpus,
    endpointAddresses: row.endpoint_addresses ?? [],
    portIsFixed: cluster.port !== null,
    zoneOutage: row.outage_mode,
    seed: row.seed === null ? null : readSeed(row.seed),
  }
}

function readSeed({ slots, files }: SeedDoc): Seed {
  const rangesOf = (text: string | null) => (text === null ? [] : (parseSlots(text) ?? []))
  return planSeed(
    files.map((file) => ({ ...file, slots: rangesOf(file.slots) })),
    rangesOf(slots),
  )
}

/** Only replication groups have any. */
export function openTokens(
  keyring: Keyring,
  row: Pick<NodeSubjectRow, 'group_id' | 'account_id' | 'auth_token_sealed' | 'former_auth_token_sealed'>,
): Pick<NodeSubject, 'authToken' | 'formerAuthToken'> {
  const { account_id: accountId, group_id: groupId } = row
  const open = (sealed: string | null, cellOf: typeof authTokenCell): Secret | null =>
    sealed === null || groupId === null ? null : keyring.open(sealed, cellOf(accountId, groupId))
  return {
    authToken: open(row.auth_token_sealed, authTokenCell),
    formerAuthToken: open(row.former_auth_token_sealed, formerAuthTokenCell),
  }
}

export async function loadReplicationGroup(
  q: Queryable,
  id: string,
): Promise<OwnerSubject<ReplicationGroup> | null> {
  const [row] = await q.rows<{
    doc: ReplicationGroupDoc
    network: NetworkDoc
    edge_failure: string | null
    brought: string | null
  }>(groupSubject`
    SELECT row_to_json(d) AS doc, json_build_object('id', w.id, 'subnet', w.subnet, 'gateway', w.gateway, 'engineIds', w.engine_ids) AS network,
      (SELECT e.failure FROM workflow e JOIN endpoint p ON p.edge_id = e.subject_id
        WHERE e.kind = 'edge' AND p.replication_group_id = d.id) AS edge_failure,
      (SELECT s.id FROM snapshot s WHERE s.brought_for = d.id) AS brought
    FROM replication_group_view d JOIN replication_group g ON g.id = d.id JOIN network w ON w.id = g.network_id
    WHERE d.id = ${id}`)
  if (row === undefined) return null
  const rest = { endpointFailure: row.edge_failure, update: null, brought: await broughtBy(q, row.brought) }
  return ownerSubject(readGroup(row.doc, false), row.network, rest)
}

export async function loadCacheCluster(q: Queryable, id: string): Promise<OwnerSubject<CacheCluster> | null> {
  const [row] = await q.rows<{
    doc: CacheClusterDoc
    network: NetworkDoc
    brought: string | null
  }>(clusterSubject`
    SELECT row_to_json(d) AS doc, json_build_object('id', w.id, 'subnet', w.subnet, 'gateway', w.gateway, 'engineIds', w.engine_ids) AS network,
      (SELECT s.id FROM snapshot s WHERE s.brought_for = d.id) AS brought
    FROM cache_cluster_view d JOIN cache_cluster c ON c.id = d.id JOIN network w ON w.id = c.network_id
    WHERE d.id = ${id}`)
  if (row === undefined) return null
  const rest = { update: await loadUpdateRun(q, id), brought: await broughtBy(q, row.brought) }
  return ownerSubject(readCluster(row.doc), row.network, { endpointFailure: null, ...rest })
}

type OwnerRest = Pick<OwnerSubject<never>, 'endpointFailure' | 'update' | 'brought'>

function ownerSubject<Owner>(
  owner: Owner,
  { engineIds, ...network }: NetworkDoc,
  rest: OwnerRest,
): OwnerSubject<Owner> {
  return { owner, network, engineIds, ...rest }
}

const broughtBy = (q: Queryable, id: string | null) => (id === null ? null : findSnapshotById(q, id))

export async function loadDockerEngine(
  q: Queryable,
  pools: Pools,
  spareTarget: number,
  engineId: string,
): Promise<DockerEngineSubject | null> {
  const [row] = await q.rows<Omit<DockerEngineSubject, 'spareTarget' | 'subnetsLeft'> & { held: number }>(
    engineSubject`
    SELECT e.id AS "engineId", e.reachable,
      EXISTS (SELECT 1 FROM workflow w WHERE w.kind IN ('replication-group', 'cache-cluster')
        AND (w.first_home_at IS NULL AND w.step <> ${FAILED_STEP}
          OR GREATEST(w.created_at, w.first_home_at) > clock_now() - ${CALM_AFTER_MS} * interval '1 millisecond')) AS "isBusy",
      (SELECT COALESCE(json_agg(json_build_object('id', s.id, 'subnet', s.subnet, 'gateway', s.gateway,
          'isReady', s.ready_at IS NOT NULL) ORDER BY s.id), '[]')
        FROM spare_network s WHERE s.engine_ids = ARRAY[e.id]) AS spares,
      (SELECT count(*)::int FROM subnet_allocation a WHERE a.released_at IS NULL
        OR a.released_at > clock_now() - ${pools.quarantineMs} * interval '1 millisecond') AS held
    FROM docker_engine e WHERE e.id = ${engineId}`,
  )
  if (row === undefined) return null
  const { held, ...subject } = row
  return { ...subject, spareTarget, subnetsLeft: subnetCount(pools.network) - held }
}
