import { expect, it } from 'vitest'
import { aNodeGroup, aReplicationGroup } from '../../../../test/support/builders.ts'
import { planShardChange } from './plan-shard-change.ts'

it.each(['disabled', 'compatible'] as const)(
  'a group whose clients know of one shard keeps one: %s',
  (clusterMode) => {
    const nodeGroups = [aNodeGroup({ slots: [{ from: 0, to: 16_383 }] })]
    const group = aReplicationGroup({ clusterMode, clusterEnabled: clusterMode === 'compatible', nodeGroups })
    const wish = { nodeGroupCount: 2, added: [], remove: [], retain: [] }
    expect(() => planShardChange(group, wish)).toThrow(
      'Operation is only applicable for cluster mode enabled replication groups.',
    )
  },
)
