import { describe, expect, it } from 'vitest'
import { aCacheCluster, aNode, aNodeGroup, aReplicationGroup } from '../../../../test/support/builders.ts'
import type { NodeChoice, PendingChange, ReplicationGroup } from '../resources.ts'
import { planGroupChange } from './plan-group-change.ts'

const runs = (
  engine: 'redis' | 'valkey',
  engineVersion: string,
  cacheNodeType = 'cache.t4g.micro',
): NodeChoice => ({
  engine,
  engineVersion,
  cacheNodeType,
  transitEncryptionMode: null,
})
const SIX = runs('redis', '6.0')
const PARAMETERS: Record<string, string> = {
  '6.0': 'default.redis6.x',
  '7.0': 'default.redis7',
  '8.0': 'default.redis8',
  '8.1': 'default.valkey8',
}

/** @param primary what its primary is, when that is not what the group says */
function aGroup(
  choice: NodeChoice,
  pending: PendingChange | null = null,
  primary = choice,
): ReplicationGroup {
  const cacheParameterGroupName = PARAMETERS[choice.engineVersion] ?? ''
  const members = [aCacheCluster({ ...primary, nodes: [aNode()] })]
  return aReplicationGroup({
    ...choice,
    cacheParameterGroupName,
    pending,
    nodeGroups: [aNodeGroup({ members })],
  })
}

const plan = (group: ReplicationGroup, choice: Partial<NodeChoice>, deferred = false) =>
  planGroupChange(group, { choice, deferred }).choice
const waiting = (wanted: NodeChoice): PendingChange => ({ wanted, state: 'waiting', because: null })
const stopped = (wanted: NodeChoice): PendingChange => ({ wanted, state: 'stopped', because: 'no image' })

describe('a wish for another engine, version or node type', () => {
  it.each([
    [SIX, { engineVersion: '7.0' }, runs('redis', '7.0')],
    [SIX, { engineVersion: '8.0' }, runs('redis', '8.0')],
    [SIX, { engine: 'valkey' as const }, runs('valkey', '8.1')],
    [SIX, { cacheNodeType: 'cache.t4g.small' }, runs('redis', '6.0', 'cache.t4g.small')],
    [runs('redis', '7.0'), { engine: 'valkey' as const, engineVersion: '8.1' }, runs('valkey', '8.1')],
  ])('of %j: %j is taken as a whole', (now, wish, wanted) => {
    expect(plan(aGroup(now), wish)).toEqual({ kind: 'set', wanted, state: 'rolling' })
    expect(plan(aGroup(now), wish, true)).toEqual({ kind: 'set', wanted, state: 'waiting' })
  })

  it.each([
    [runs('redis', '7.0'), { engineVersion: '6.0' }, 'cannot be downgraded from 7.0 to 6.0'],
    [runs('redis', '8.0'), { engine: 'valkey' as const }, 'redis 8.0 cannot be upgraded to valkey 8.1'],
    [
      runs('valkey', '8.1'),
      { engine: 'redis' as const, engineVersion: '8.0' },
      'Valkey cannot be changed to Redis',
    ],
    [SIX, { engineVersion: '9.9' }, 'Cannot find version 9.9 for redis'],
  ])('of %j: %j is refused', (now, wish, because) => {
    const refused = expect.objectContaining({ message: expect.stringContaining(because) as unknown })
    expect(() => plan(aGroup(now), wish)).toThrow(refused as Error)
  })

  it('changes nothing when it is so already, and takes back what waits', () => {
    expect(plan(aGroup(SIX), { engineVersion: '6.0' })).toEqual({ kind: 'drop' })
    expect(plan(aGroup(SIX, waiting(runs('redis', '7.0'))), { engineVersion: '6.0' })).toEqual({
      kind: 'drop',
    })
  })

  it('replaces an older wish member by member, and takes it along when it is for now', () => {
    const group = aGroup(SIX, waiting(runs('redis', '7.0')))
    const both = runs('redis', '7.0', 'cache.t4g.small')
    expect(plan(group, { cacheNodeType: 'cache.t4g.small' })).toEqual({
      kind: 'set',
      wanted: both,
      state: 'rolling',
    })
    expect(planGroupChange(group, { deferred: false }).choice).toMatchObject({
      kind: 'set',
      state: 'rolling',
    })
    expect(planGroupChange(group, { description: 'x' }).choice).toEqual({ kind: 'keep' })
  })

  it('is taken up again, or back as long as the primary is old, after it stopped', () => {
    const seven = runs('redis', '7.0')
    const halfway = aGroup(SIX, stopped(seven), SIX)
    const [shard] = halfway.nodeGroups
    shard?.members.push(aCacheCluster({ ...seven, nodes: [aNode({ id: 'node-2' })] }))
    expect(plan(halfway, { engineVersion: '7.0' })).toEqual({ kind: 'set', wanted: seven, state: 'rolling' })
    expect(plan(halfway, { engineVersion: '6.0' })).toEqual({ kind: 'set', wanted: SIX, state: 'rolling' })
    expect(() => plan(aGroup(SIX, stopped(seven), seven), { engineVersion: '6.0' })).toThrow('downgraded')
  })
})
