import { formatSlots, unreachable, type Change } from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { isOneOf } from './is-one-of.ts'

const KINDS = ['set-slots', 'retarget-resharding', 'allow-sending', 'end-resharding'] as const
type ReshardingChange = Extract<Change, { do: (typeof KINDS)[number] }>

export const isReshardingChange = isOneOf(KINDS)

export async function applyReshardingChange(q: Queryable, change: ReshardingChange): Promise<void> {
  switch (change.do) {
    case 'set-slots':
      for (const { shardId, slots } of change.shards)
        await q.run(sql`UPDATE node_group SET slots = ${formatSlots(slots)} WHERE id = ${shardId}`)
      return
    case 'retarget-resharding':
      await q.run(sql`
        UPDATE resharding SET targets = ${JSON.stringify(change.targets)}::jsonb, total = 0
        WHERE replication_group_id = ${change.groupId}`)
      return
    case 'allow-sending':
      await q.run(
        sql`UPDATE resharding SET sending_ms = ${change.ms} WHERE replication_group_id = ${change.groupId}`,
      )
      return
    case 'end-resharding':
      await q.run(sql`DELETE FROM resharding WHERE replication_group_id = ${change.groupId}`)
      return
    default:
      return unreachable(change)
  }
}
