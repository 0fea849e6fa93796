import type { Keyring, NodeSubject, SnapshotFile, SnapshotSubject } from '@cacheplane/domain'
import { findSnapshotById } from '../catalogue/describe-snapshots.ts'
import type { Queryable } from '../queryable.ts'
import { prepared } from '../sql.ts'
import { loadNodeGroup } from './load-node-group.ts'
import { loadNode } from './subjects.ts'

const nodesOfSource = prepared('nodes_of_source')

/** What a snapshot's workflow sees. */
export async function loadSnapshot(
  q: Queryable,
  keyring: Keyring,
  id: string,
): Promise<SnapshotSubject | null> {
  const snapshot = await findSnapshotById(q, id)
  if (snapshot === null) return null
  const sources: SnapshotSubject['sources'] = []
  for (const file of snapshot.files) sources.push(await sourceOf(q, keyring, id, file))
  return { snapshot, sources }
}

async function sourceOf(
  q: Queryable,
  keyring: Keyring,
  snapshotId: string,
  { nodeGroupRow }: SnapshotFile,
): Promise<SnapshotSubject['sources'][number]> {
  if (nodeGroupRow !== null) {
    const found = await loadNodeGroup(q, keyring, nodeGroupRow)
    return { nodes: found?.nodes ?? [], primaryNodeId: found?.nodeGroup.primaryNodeId ?? null }
  }
  const rows = await q.rows<{ id: string }>(nodesOfSource`
    SELECT n.id FROM cache_node n JOIN snapshot s ON s.source_row = n.cluster_id WHERE s.id = ${snapshotId}`)
  const nodes: NodeSubject[] = []
  for (const row of rows) nodes.push(...asList(await loadNode(q, keyring, row.id)))
  return { nodes, primaryNodeId: nodes[0]?.node.id ?? null }
}

const asList = <T>(value: T | null): T[] => (value === null ? [] : [value])
