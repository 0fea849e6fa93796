import { describe, expect, it } from 'vitest'
import { aCacheCluster, aNode, aNodeGroup, aReplicationGroup } from '../../../../test/support/builders.ts'
import type { GroupChange } from '../ports/store.ts'
import type { PendingChange, ReplicationGroup, TransitEncryptionMode } from '../resources.ts'
import { pickChoice } from '../rolling/node-choice.ts'
import { planGroupChange } from './plan-group-change.ts'

type Mode = TransitEncryptionMode | null
type Wish = NonNullable<GroupChange['transitEncryption']>

function aGroup(mode: Mode, over: Partial<ReplicationGroup> = {}, nodeMode = mode): ReplicationGroup {
  const members = [aCacheCluster({ transitEncryptionMode: nodeMode, nodes: [aNode()] })]
  return aReplicationGroup({ transitEncryptionMode: mode, nodeGroups: [aNodeGroup({ members })], ...over })
}

const plan = (group: ReplicationGroup, transitEncryption: Wish, deferred = false) =>
  planGroupChange(group, { transitEncryption, deferred }).choice

const PREFERRED: Wish = { enabled: true, mode: 'preferred' }
const REQUIRED: Wish = { mode: 'required' }
const OFF: Wish = { enabled: false }

describe('a wish for encryption in transit', () => {
  it.each<[Mode, Wish, Mode]>([
    [null, PREFERRED, 'preferred'],
    ['preferred', REQUIRED, 'required'],
    ['required', { mode: 'preferred' }, 'preferred'],
    ['preferred', OFF, null],
  ])('of %s: %j goes one step', (now, wish, wanted) => {
    const group = aGroup(now)
    const choice = { ...pickChoice(group), transitEncryptionMode: wanted }
    expect(plan(group, wish)).toEqual({ kind: 'set', wanted: choice, state: 'rolling' })
    expect(plan(group, wish, true)).toEqual({ kind: 'set', wanted: choice, state: 'waiting' })
  })

  it.each<[Mode, Wish]>([
    [null, OFF],
    ['preferred', PREFERRED],
    ['required', { enabled: true }],
  ])('of %s: %j changes nothing', (now, wish) => {
    expect(plan(aGroup(now), wish)).toEqual({ kind: 'drop' })
  })

  it.each<[string, ReplicationGroup, Wish, string]>([
    ['two steps at once', aGroup(null), { enabled: true, mode: 'required' }, 'preferred first'],
    ['two steps at once, by default', aGroup(null), { enabled: true }, 'preferred first'],
    ['two steps back', aGroup('required'), OFF, 'preferred first'],
    ['a mode of no TLS', aGroup(null), REQUIRED, 'set encryption-in-transit as enabled'],
    ['a mode and no TLS', aGroup('preferred'), { enabled: false, mode: 'preferred' }, 'as enabled'],
    [
      'an old version',
      aGroup(null, { engine: 'redis', engineVersion: '6.0' }),
      PREFERRED,
      'redis 7.0 or later',
    ],
    ['a token', aGroup('preferred', { authTokenEnabled: true }), OFF, 'A group with a token'],
    ['cluster mode', aGroup(null, { clusterEnabled: true }), PREFERRED, 'at creation only'],
  ])('is refused for %s', (_, group, wish, sentence) => {
    const refused = expect.objectContaining({
      code: 'InvalidParameterCombination',
      message: expect.stringContaining(sentence) as unknown,
    })
    expect(() => plan(group, wish)).toThrow(refused as Error)
  })

  it('goes between preferred and required with cluster mode', () => {
    const group = aGroup('preferred', {
      clusterEnabled: true,
      cacheParameterGroupName: 'default.valkey8.cluster.on',
    })
    expect(plan(group, REQUIRED)).toMatchObject({ wanted: { transitEncryptionMode: 'required' } })
  })

  it('is taken up again or back after it stopped, and not further while nodes are as before', () => {
    const stopped: PendingChange = {
      wanted: { ...pickChoice(aGroup('preferred')) },
      state: 'stopped',
      because: 'no image',
    }
    const halfway = aGroup(null, { pending: stopped }, 'preferred')
    expect(plan(halfway, PREFERRED)).toMatchObject({ kind: 'set', state: 'rolling' })
    expect(plan(halfway, OFF)).toMatchObject({ kind: 'set', wanted: { transitEncryptionMode: null } })
    expect(() => plan(halfway, REQUIRED)).toThrow('preferred first')
  })
})
