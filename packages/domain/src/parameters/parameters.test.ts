import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aCacheCluster, aNode } from '../../../../test/support/builders.ts'
import { checkParameterValue } from './check-parameter-value.ts'
import { engineParameters, liveParameters } from './engine-parameters.ts'
import { allFamilies, findFamily, findParameter } from './families.ts'
import type { ParameterValues } from './parameter.ts'
import {
  DEFAULT_PARAMETER_GROUPS,
  findDefaultGroup,
  requireAttachable,
  requireExchangeable,
} from './parameter-group.ts'
import { afterTelling, clusterParameterStatus } from './parameter-status.ts'
import { planParameterChange, readParameterChange, readParameterReset } from './plan-parameter-group.ts'

const ALL = allFamilies().flatMap((family) => family.parameters.map((parameter) => ({ family, parameter })))
const VALKEY = {
  engine: 'valkey',
  engineVersion: '8.1',
  cacheNodeType: 'cache.t4g.micro',
  clusterEnabled: false,
} as const
const MEMCACHED = {
  engine: 'memcached',
  engineVersion: '1.6.38',
  cacheNodeType: 'cache.t4g.micro',
  clusterEnabled: false,
} as const

function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return error instanceof Error && 'code' in error ? `${String(error.code)}: ${error.message}` : 'no code'
  }
  return 'accepted'
}

const set = (family: string, name: string, value: string, isInUse = false) =>
  planParameterChange({ family, parameterValues: {}, isInUse }, { kind: 'set', parameters: [[name, value]] })

describe('the catalogue of parameters', () => {
  it('has a default that may be said of every parameter that may be said', () => {
    const wrong = ALL.filter(({ parameter }) => parameter.modifiable !== 'never').filter(
      ({ parameter }) => checkParameterValue(parameter, parameter.default) !== null,
    )
    expect(wrong).toEqual([])
  })

  it('has default groups for every family, one with cluster mode where it has that, and no parameter twice', () => {
    expect(DEFAULT_PARAMETER_GROUPS.map(({ name }) => name)).toEqual([
      'default.redis6.x',
      'default.redis7',
      'default.redis7.cluster.on',
      'default.redis8',
      'default.redis8.cluster.on',
      'default.valkey8',
      'default.valkey8.cluster.on',
      'default.memcached1.6',
    ])
    for (const { parameters } of allFamilies())
      expect(new Set(parameters.map(({ name }) => name)).size).toBe(parameters.length)
  })

  it('lets nothing but plain words, numbers and letters of events into a configuration', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.stringMatching(/^[\r\n\0"'\\ a-z0-9-]{1,12}$/),
      fc.constantFrom(
        'yes\n',
        '1\r\nrequirepass x',
        ' 1',
        '1 ',
        '+1',
        '01',
        '1e3',
        '0x1',
        '１',
        '--user',
        '',
      ),
    )
    fc.assert(
      fc.property(fc.constantFrom(...ALL), text, ({ parameter }, value) => {
        if (checkParameterValue(parameter, value) === null) expect(value).toMatch(/^[A-Za-z0-9.$-]*$/)
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('a change of a parameter group', () => {
  it.each([
    ['redis7', 'maxmemory-policy', 'everything', 'must be one of volatile-lru'],
    ['redis7', 'timeout', '19', 'must be a whole number: 0, 20 or more'],
    ['redis7', 'timeout', '-1', 'must be a whole number'],
    ['redis7', 'maxmemory-samples', '2147483647', 'must be a whole number'],
    ['valkey8', 'maxmemory-samples', '65', '1 to 64'],
    ['redis7', 'notify-keyspace-events', 'KEQ', 'any of the letters'],
    ['redis7', 'appendonly', 'yes', 'does not support persistence'],
    ['redis7', 'maxclients', '9', 'cannot be modified'],
    ['redis7', 'cluster-enabled', 'maybe', 'must be one of yes, no'],
    ['redis7', 'requirepass', 'x', 'Could not find parameter requirepass'],
    ['redis7', 'hash-max-ziplist-entries', '1', 'Could not find parameter'],
    ['redis7', '__proto__', '1', 'Could not find parameter'],
    ['memcached1.6', 'chunk_size_growth_factor', '1.0', 'a number above 1'],
  ])('of %s is refused for %s %s', (family, name, value, sentence) => {
    expect(refusal(() => set(family, name, value))).toContain('InvalidParameterValue: ')
    expect(refusal(() => set(family, name, value))).toContain(sentence)
  })

  it('of what is for ever once a cache has it needs a group that nobody uses', () => {
    expect(set('valkey8', 'databases', '32')).toEqual({ databases: '32' })
    expect(refusal(() => set('valkey8', 'databases', '32', true))).toContain('only while no cache cluster')
    expect(set('valkey8', 'cluster-enabled', 'yes')).toEqual({ 'cluster-enabled': 'yes' })
    expect(refusal(() => set('valkey8', 'cluster-enabled', 'no', true))).toContain('only while no cache')
  })

  it('is made as a whole or not at all', () => {
    const parameters: [string, string][] = [
      ['timeout', '60'],
      ['maxmemory-policy', 'none'],
    ]
    const group = { family: 'redis7', parameterValues: {}, isInUse: true }
    expect(refusal(() => planParameterChange(group, { kind: 'set', parameters }))).toContain(
      'maxmemory-policy',
    )
  })

  it('forgets what says the same as the family, and resets what is named', () => {
    const group = {
      family: 'redis7',
      parameterValues: { timeout: '60', 'lfu-decay-time': '2' },
      isInUse: true,
    }
    const names = ['timeout']
    expect(planParameterChange(group, { kind: 'reset', names })).toEqual({ 'lfu-decay-time': '2' })
    expect(planParameterChange(group, { kind: 'reset', names: 'all' })).toEqual({})
    expect(planParameterChange(group, { kind: 'set', parameters: [['timeout', '0']] })).toEqual({
      'lfu-decay-time': '2',
    })
  })

  it('of memcached may say nothing that it would not start with', () => {
    expect(refusal(() => set('memcached1.6', 'max_item_size', '1024'))).toContain('must not be larger')
    expect(refusal(() => set('memcached1.6', 'max_item_size', '1048577'))).toContain('must be a multiple')
    expect(set('memcached1.6', 'max_item_size', '2097152')).toEqual({ max_item_size: '2097152' })
  })

  it('names one to twenty parameters, and everything or some', () => {
    const many = Array.from({ length: 21 }, () => ({ parameterName: 'timeout', parameterValue: '0' }))
    expect(refusal(() => readParameterChange(many))).toContain('Cannot modify more than 20 parameters')
    expect(refusal(() => readParameterChange([]))).toContain('must name at least one')
    expect(
      refusal(() => readParameterReset({ resetAllParameters: true, parameterNameValues: many })),
    ).toContain('InvalidParameterCombination')
    expect(refusal(() => readParameterReset({}))).toContain('Or set resetAllParameters')
  })
})

describe('a parameter group', () => {
  it.each([
    [false, 'yes', 'should be disabled in parameter group, but found it is enabled'],
    [true, 'no', 'should be enabled in parameter group, but found it is disabled'],
  ])('of the other cluster mode than %s does not fit', (clusterEnabled, said, sentence) => {
    const group = { family: 'valkey8', parameterValues: { 'cluster-enabled': said } }
    const standing = { ...VALKEY, parameterValues: {}, clusterEnabled }
    for (const refuses of [requireAttachable, requireExchangeable])
      expect(refusal(() => refuses(group, standing))).toBe(
        `InvalidParameterCombination: Cluster mode ${sentence}.`,
      )
  })

  it('of a cluster is exchanged for the default and back: who has cluster mode has it for ever', () => {
    const group = findDefaultGroup('default.valkey8.cluster.on')
    expect(group).toMatchObject({ family: 'valkey8', parameterValues: { 'cluster-enabled': 'yes' } })
    const parameterValues = { 'cluster-enabled': 'yes', timeout: '60' }
    const [plain, own] = [{}, parameterValues].map((values) => ({
      ...VALKEY,
      clusterEnabled: true,
      parameterValues: values,
    }))
    expect(refusal(() => own && group && requireExchangeable(group, own))).toBe('accepted')
    const mine = { family: 'valkey8', parameterValues }
    expect(refusal(() => plain && requireExchangeable(mine, plain))).toBe('accepted')
  })

  it('fits caches of its family, with room for what it allows', () => {
    expect(refusal(() => requireAttachable({ family: 'redis7', parameterValues: {} }, VALKEY))).toBe(
      'InvalidParameterCombination: Expected a parameter group of family valkey8 but found one of family redis7',
    )
    const large = { family: 'memcached1.6', parameterValues: { max_item_size: '536870912' } }
    expect(refusal(() => requireAttachable(large, MEMCACHED))).toContain('must not exceed a quarter')
  })

  it('takes the place of another only if what is for ever stays', () => {
    const parameterValues = { databases: '32' }
    const standing = { ...VALKEY, parameterValues: {} }
    expect(refusal(() => requireExchangeable({ family: 'valkey8', parameterValues }, standing))).toContain(
      'must say 16',
    )
    expect(
      refusal(() =>
        requireExchangeable({ family: 'valkey8', parameterValues }, { ...VALKEY, parameterValues }),
      ),
    ).toBe('accepted')
  })
})

describe('what a node runs with', () => {
  const clusterOf = (parameterValues: ParameterValues, has: ParameterValues) =>
    aCacheCluster({ parameterValues, nodes: [aNode({ parameterValues: has })] })

  it.each<[string, ParameterValues, ParameterValues]>([
    ['in-sync', { timeout: '60' }, { timeout: '60' }],
    ['in-sync', { timeout: '0' }, {}],
    ['in-sync', { 'cluster-enabled': 'yes' }, {}],
    ['applying', { timeout: '60' }, {}],
    ['applying', {}, { timeout: '60', databases: '32' }],
    ['pending-reboot', { databases: '32' }, {}],
  ])('is %s when the group says %j and it has %j', (status, wanted, has) => {
    expect(clusterParameterStatus(clusterOf(wanted, has)).status).toBe(status)
  })

  it('changes without a restart but for what needs one', () => {
    const cluster = clusterOf({ timeout: '60', databases: '32' }, { 'lfu-decay-time': '2' })
    const told = afterTelling(cluster, { parameterValues: { 'lfu-decay-time': '2' } })
    expect(told).toEqual({ timeout: '60' })
    expect(clusterParameterStatus(clusterOf(cluster.parameterValues, told))).toEqual({
      status: 'pending-reboot',
      cacheNodeIdsToReboot: ['0001'],
    })
  })

  it('is told nothing that only a start can change, and memcached nothing at all', () => {
    expect(Object.keys(engineParameters(VALKEY, {}))).toContain('databases')
    expect(Object.keys(liveParameters(VALKEY, {}))).not.toContain('databases')
    expect(liveParameters(MEMCACHED, {})).toEqual({})
  })

  it('has the buffer of a replica from its node type', () => {
    expect(engineParameters(VALKEY, {})['client-output-buffer-limit']).toBe(
      'normal 0 0 0 slave 53687091 53687091 60 pubsub 33554432 8388608 60',
    )
  })
})

it('every parameter that may be changed is known under one type in all families', () => {
  const families = ['redis7', 'redis8'].map((name) => findFamily(name))
  for (const { name, dataType } of families[0]?.parameters ?? []) {
    const other = families[1] === undefined ? undefined : findParameter(families[1], name)
    expect(other?.dataType, name).toBe(dataType)
  }
})
