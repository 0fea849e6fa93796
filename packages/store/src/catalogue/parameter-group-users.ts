import {
  findDefaultGroup,
  noSuchParameterGroup,
  requireAttachable,
  type Engine,
  type NodeSettings,
  type ParameterGroup,
  type WorkflowKind,
} from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { raiseOn } from '../workflows/raise.ts'

export interface ParameterGroupUser {
  engine: Engine
  engineVersion: string
  cacheNodeType: string
}

/** Kinds of cache that use the group, members of replication groups among them. */
export function usersOf(q: Queryable, accountId: string, name: string): Promise<ParameterGroupUser[]> {
  return q.rows<ParameterGroupUser>(sql`
    SELECT DISTINCT engine, engine_version AS "engineVersion", cache_node_type AS "cacheNodeType" FROM (
      SELECT engine, engine_version, cache_node_type FROM cache_cluster
      WHERE account_id = ${accountId} AND cache_parameter_group_name = ${name}
      UNION ALL SELECT engine, engine_version, cache_node_type FROM replication_group
      WHERE account_id = ${accountId} AND cache_parameter_group_name = ${name}) AS users`)
}

/** Has every node that uses the group look at what it says; a node group does for its members. Locks in one order. */
export async function configureUsers(q: Queryable, accountId: string, name: string): Promise<string[]> {
  const users = await q.rows<{ kind: WorkflowKind; subject_id: string }>(sql`
    SELECT w.kind, w.subject_id FROM workflow w WHERE w.id IN (
      SELECT u.id FROM cache_cluster c JOIN cache_node n ON n.cluster_id = c.id
      JOIN workflow u ON (u.kind = 'node-group' AND u.subject_id = c.node_group_id)
        OR (c.node_group_id IS NULL AND u.kind = 'node' AND u.subject_id = n.id)
      WHERE c.account_id = ${accountId} AND c.cache_parameter_group_name = ${name})
    ORDER BY w.id FOR UPDATE`)
  const woken: string[] = []
  for (const { kind, subject_id: id } of users) {
    const workflowId = await raiseOn(q, kind, id, 'configure')
    if (workflowId !== null) woken.push(workflowId)
  }
  return woken
}

/** The group, which cannot be deleted before this transaction ends. Throws when there is none of the name. */
export async function holdParameterGroup(
  q: Queryable,
  accountId: string,
  name: string,
): Promise<Pick<ParameterGroup, 'name' | 'family' | 'parameterValues'>> {
  const isDefault = findDefaultGroup(name)
  if (isDefault !== undefined) return isDefault
  const [row] = await q.rows<Pick<ParameterGroup, 'name' | 'family' | 'parameterValues'>>(sql`
    SELECT name, family, parameter_values AS "parameterValues" FROM parameter_group
    WHERE account_id = ${accountId} AND name = ${name} FOR SHARE`)
  if (row === undefined) throw noSuchParameterGroup(name)
  return row
}

/** Throws unless what is to be created can use the parameter group that it names. */
export async function requireParameterGroup(
  q: Queryable,
  plan: NodeSettings & { accountId: string; clusterEnabled: boolean },
): Promise<void> {
  requireAttachable(await holdParameterGroup(q, plan.accountId, plan.cacheParameterGroupName), plan)
}
