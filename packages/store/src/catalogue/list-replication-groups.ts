import type { Page, ReplicationGroup } from '@cacheplane/domain'
import { Columns } from '../columns.ts'
import {
  readGroup,
  type CacheClusterDoc,
  type CacheNodeDoc,
  type EndpointDoc,
  type NodeGroupDoc,
  type ReplicationGroupDoc,
} from '../documents.ts'
import type { Queryable } from '../queryable.ts'
import type { Statement } from '../sql.ts'

const WORKFLOW = { step: true, signals: true, firstHomeAt: true, failure: true, because: true } as const

// Each names every member of its document but those that other rows make up: one more member does not compile without it here.
const GROUP = new Columns<Omit<ReplicationGroupDoc, 'nodeGroups'>>('g', 0, {
  id: true,
  accountId: true,
  replicationGroupId: true,
  description: true,
  engine: true,
  engineVersion: true,
  cacheNodeType: true,
  cacheParameterGroupName: true,
  port: true,
  transitEncryptionMode: true,
  authTokenEnabled: true,
  atRestEncryptionEnabled: true,
  authTokenLastModifiedDate: true,
  authTokenUpdate: true,
  automaticFailoverEnabled: true,
  multiAZEnabled: true,
  autoMinorVersionUpgrade: true,
  preferredMaintenanceWindow: true,
  snapshotRetentionLimit: true,
  snapshotWindow: true,
  networkId: true,
  createdAt: true,
  clusterEnabled: true,
  clusterMode: true,
  configurationEndpoint: true,
  pending: true,
  resharding: true,
  ...WORKFLOW,
})
const SHARD = new Columns<Omit<NodeGroupDoc, 'members' | 'endpoint'>>('s', GROUP.end, {
  id: true,
  nodeGroupId: true,
  epoch: true,
  primaryNodeId: true,
  slots: true,
  ...WORKFLOW,
})
const ENDPOINT = new Columns<EndpointDoc>('e', SHARD.end, {
  edgeId: true,
  engineId: true,
  incarnation: true,
  controlPort: true,
  slot: true,
  address: true,
  primaryPort: true,
  readerPort: true,
  servingAt: true,
})
const CLUSTER = new Columns<Omit<CacheClusterDoc, 'nodes'>>('c', ENDPOINT.end, {
  id: true,
  accountId: true,
  cacheClusterId: true,
  nodeGroupRow: true,
  replicationGroupId: true,
  nodeGroupId: true,
  engine: true,
  engineVersion: true,
  cacheNodeType: true,
  cacheParameterGroupName: true,
  parameterValues: true,
  port: true,
  transitEncryptionMode: true,
  authTokenEnabled: true,
  autoMinorVersionUpgrade: true,
  preferredMaintenanceWindow: true,
  snapshotRetentionLimit: true,
  snapshotWindow: true,
  networkId: true,
  createdAt: true,
  pending: true,
  fromSnapshot: true,
  memcached: true,
  ...WORKFLOW,
})
const NODE = new Columns<CacheNodeDoc>('n', CLUSTER.end, {
  id: true,
  cacheNodeId: true,
  zone: true,
  engineId: true,
  incarnation: true,
  ip: true,
  port: true,
  address: true,
  plainPort: true,
  busPort: true,
  clusterNodeId: true,
  presence: true,
  openedAt: true,
  engineVersionActual: true,
  leaving: true,
  rebooting: true,
  parameterValues: true,
  choice: true,
  replaces: true,
  createdAt: true,
  ...WORKFLOW,
})

// One row for each node: documents within documents cost the server more than all else about a list of hundreds.
const TEXT = `
  SELECT ${[GROUP, SHARD, ENDPOINT, CLUSTER, NODE].map(({ selected }) => selected).join(', ')},
    EXISTS (SELECT 1 FROM snapshotting_view b WHERE b."sourceRow" = g.id)
  FROM (SELECT * FROM replication_group_view WHERE "accountId" = $1 AND "replicationGroupId" > $2
    ORDER BY "replicationGroupId" LIMIT $3) g
  LEFT JOIN node_group_view s ON s."replicationGroupRow" = g.id
  LEFT JOIN endpoint_view e ON e."nodeGroupRow" = s.id
  LEFT JOIN cache_cluster_view c ON c."nodeGroupRow" = s.id
  LEFT JOIN cache_node_view n ON n."clusterId" = c.id
  ORDER BY g."replicationGroupId", s."nodeGroupId", c."cacheClusterId", n."cacheNodeId"`

export async function listReplicationGroups(
  q: Queryable,
  accountId: string,
  page: Page,
): Promise<ReplicationGroup[]> {
  const values = [accountId, page.after ?? '', page.limit]
  const statement: Statement = { name: 'list_groups', text: TEXT, values, rowMode: 'array' }
  const found = assemble(await q.rows<readonly unknown[]>(statement))
  return found.map(({ doc, snapshotting }) => readGroup(doc, snapshotting))
}

interface Found {
  doc: Nested<ReplicationGroupDoc, 'nodeGroups', NodeGroupDoc>
  snapshotting: boolean
}

type Nested<Doc, Member extends keyof Doc, Inner> = Omit<Doc, Member> & Record<Member, Inner[]>

/** Rows of the same group, shard and cluster follow one another. */
function assemble(rows: readonly (readonly unknown[])[]): Found[] {
  const groups: Found[] = []
  let shard: Nested<NodeGroupDoc, 'members', CacheClusterDoc> | null = null
  let cluster: Nested<CacheClusterDoc, 'nodes', CacheNodeDoc> | null = null
  for (const row of rows) {
    let group = groups.at(-1)
    if (group === undefined || GROUP.keyIn(row) !== group.doc.id) {
      group = { doc: Object.assign(GROUP.read(row), { nodeGroups: [] }), snapshotting: row.at(-1) === true }
      groups.push(group)
    }
    if (SHARD.keyIn(row) === null) continue
    if (shard === null || SHARD.keyIn(row) !== shard.id) {
      const endpoint = ENDPOINT.keyIn(row) === null ? null : ENDPOINT.read(row)
      shard = Object.assign(SHARD.read(row), { endpoint, members: [] })
      group.doc.nodeGroups.push(shard)
    }
    if (CLUSTER.keyIn(row) === null) continue
    if (cluster === null || CLUSTER.keyIn(row) !== cluster.id) {
      cluster = Object.assign(CLUSTER.read(row), { nodes: [] })
      shard.members.push(cluster)
    }
    if (NODE.keyIn(row) !== null) cluster.nodes.push(NODE.read(row))
  }
  return groups
}
