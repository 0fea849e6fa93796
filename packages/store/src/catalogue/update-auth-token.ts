import { planTokenUpdate, type GroupChange, type Keyring, type ReplicationGroup } from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { authTokenCell, formerAuthTokenCell } from '../secret-cells.ts'
import { sql } from '../sql.ts'
import { openTokens } from '../workflows/subjects.ts'
import { raiseOnNodeGroup } from './change-group.ts'

/** The tokens that nodes are to take from now on, sealed. Answers a workflow that goes on with it. */
export async function updateAuthToken(
  q: Queryable,
  keyring: Keyring,
  group: ReplicationGroup,
  update: NonNullable<GroupChange['authToken']>,
): Promise<string | null> {
  const { id, accountId } = group
  const [row] = await q.rows<{
    auth_token_sealed: string | null
    former_auth_token_sealed: string | null
  }>(sql`
    SELECT auth_token_sealed, former_auth_token_sealed FROM replication_group WHERE id = ${id} FOR UPDATE`)
  const sealed = row ?? { auth_token_sealed: null, former_auth_token_sealed: null }
  const tokens = openTokens(keyring, { ...sealed, group_id: id, account_id: accountId })
  const { authToken, formerAuthToken } = planTokenUpdate(group, tokens, update)
  const former =
    formerAuthToken === null ? null : keyring.seal(formerAuthToken, formerAuthTokenCell(accountId, id))
  await q.run(sql`
    UPDATE replication_group SET auth_token_sealed = ${keyring.seal(authToken, authTokenCell(accountId, id))},
      former_auth_token_sealed = ${former}, auth_token_update = ${update.strategy},
      auth_token_last_modified_date = clock_now() WHERE id = ${id}`)
  const woken: (string | null)[] = []
  for (const shard of group.nodeGroups) woken.push(await raiseOnNodeGroup(q, shard, 'configure'))
  return woken[0] ?? null
}
