import { ENGINE_VERSIONS, type Engine, type EngineVersion } from '../engines.ts'
import { invariant } from '../errors.ts'
import { MEMCACHED_PARAMETERS } from './memcached-parameters.ts'
import type { Parameter } from './parameter.ts'
import { REDIS_PARAMETERS } from './redis-parameters.ts'

export interface Family {
  name: string
  engine: Engine
  parameters: readonly Parameter[]
}

const FAMILIES: ReadonlyMap<string, Family> = new Map(
  ENGINE_VERSIONS.map(({ engine, parameterGroupFamily: name }) => {
    const parameters = engine === 'memcached' ? MEMCACHED_PARAMETERS : REDIS_PARAMETERS[name]
    invariant(parameters, `the family ${name} has parameters`)
    return [name, { name, engine, parameters }]
  }),
)

export function allFamilies(): readonly Family[] {
  return [...FAMILIES.values()]
}

export function findFamily(name: string): Family | undefined {
  return FAMILIES.get(name)
}

/** Of an engine version that is in the catalogue. */
export function familyOf(of: { engine: Engine; engineVersion: string }): Family {
  const row = ENGINE_VERSIONS.find((one) => one.engine === of.engine && one.version === of.engineVersion)
  const family = row === undefined ? undefined : FAMILIES.get(row.parameterGroupFamily)
  invariant(family, `${of.engine} ${of.engineVersion} is in the catalogue`)
  return family
}

export function findParameter(family: Family, name: string): Parameter | undefined {
  return family.parameters.find((one) => one.name === name)
}

/** Ends the name of a family's default group for cluster mode. */
export const CLUSTER_ON = '.cluster.on'

/** `default.redis7`, or `default.redis7.cluster.on`: what a cache uses that asks for no parameter group. */
export function defaultParameterGroup(
  version: Pick<EngineVersion, 'parameterGroupFamily'>,
  isCluster = false,
): string {
  return `default.${version.parameterGroupFamily}${isCluster ? CLUSTER_ON : ''}`
}
