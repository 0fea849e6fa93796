import { ServiceError } from '../errors.ts'
import { checkDescription, checkIdentifier } from '../validation/identifiers.ts'
import { Findings, missing, shown } from '../validation/findings.ts'
import { checkParameterValue } from './check-parameter-value.ts'
import { findFamily, findParameter, type Family } from './families.ts'
import type { Parameter, ParameterValues } from './parameter.ts'

export const MAX_PARAMETER_GROUP_NAME = 255
const PARAMETERS_PER_REQUEST = 20

export interface ParameterNameValue {
  parameterName?: string | undefined
  parameterValue?: string | undefined
}

export interface CreateParameterGroupRequest {
  cacheParameterGroupName?: string | undefined
  cacheParameterGroupFamily?: string | undefined
  description?: string | undefined
  tags?: unknown[] | undefined
}

export interface ResetParameterGroupRequest {
  resetAllParameters?: boolean | undefined
  parameterNameValues?: ParameterNameValue[] | undefined
}

export interface ParameterGroupPlan {
  name: string
  family: string
  description: string
}

/** What is to be changed: these parameters, or all of them back. */
export type ParameterGroupChange =
  | { kind: 'set'; parameters: readonly (readonly [name: string, value: string])[] }
  | { kind: 'reset'; names: readonly string[] | 'all' }

/** Throws what is wrong with the request, or returns the group that is to be made. */
export function planParameterGroup(request: CreateParameterGroupRequest): ParameterGroupPlan {
  const findings = new Findings()
  const name = checkIdentifier(
    findings,
    'cacheParameterGroupName',
    request.cacheParameterGroupName,
    MAX_PARAMETER_GROUP_NAME,
  )
  const family = request.cacheParameterGroupFamily ?? ''
  if (findFamily(family) === undefined)
    findings.value(
      'cacheParameterGroupFamily',
      `CacheParameterGroupFamily ${shown(family)} is not a valid parameter group family.`,
    )
  const description = checkDescription(findings, 'description', request.description)
  if ((request.tags ?? []).length > 0) findings.value('tags', 'Tags are not available: leave tags out.')
  findings.throwIfAny()
  return { name, family, description }
}

/** Throws what is wrong with the request whatever the group. */
export function readParameterChange(
  parameters: readonly ParameterNameValue[] | undefined,
): ParameterGroupChange {
  const findings = new Findings()
  if (parameters === undefined) findings.value('parameterNameValues', missing('parameterNameValues'))
  else checkCount(findings, parameters, NAME_SOME)
  const set = (parameters ?? []).map(({ parameterName, parameterValue }, i): [string, string] => {
    for (const [member, text] of Object.entries({ parameterName, parameterValue })) {
      const path = `parameterNameValues[${i}].${member}`
      if (text === undefined) findings.value(path, missing(path))
    }
    return [parameterName ?? '', parameterValue ?? '']
  })
  findings.throwIfAny()
  return { kind: 'set', parameters: set }
}

export function readParameterReset(request: ResetParameterGroupRequest): ParameterGroupChange {
  const findings = new Findings()
  const { resetAllParameters = false, parameterNameValues = [] } = request
  if (resetAllParameters && parameterNameValues.length > 0)
    findings.combination(
      'resetAllParameters',
      'Use either resetAllParameters or parameterNameValues, not both.',
    )
  if (!resetAllParameters)
    checkCount(findings, parameterNameValues, `${NAME_SOME} Or set resetAllParameters.`)
  findings.throwIfAny()
  const names = parameterNameValues.map(({ parameterName }) => parameterName ?? '')
  return { kind: 'reset', names: resetAllParameters ? 'all' : names }
}

const NAME_SOME = 'parameterNameValues must name at least one parameter.'

function checkCount(findings: Findings, parameters: readonly unknown[], whenNone: string): void {
  if (parameters.length === 0) findings.value('parameterNameValues', whenNone)
  if (parameters.length > PARAMETERS_PER_REQUEST)
    findings.combination(
      'parameterNameValues',
      `Cannot modify more than ${PARAMETERS_PER_REQUEST} parameters in a single request`,
    )
}

/** Judges a change by the group as it stands. Throws, or returns the values that it then has. */
export function planParameterChange(
  group: { family: string; parameterValues: ParameterValues; isInUse: boolean },
  change: ParameterGroupChange,
): ParameterValues {
  const family = findFamily(group.family)
  if (family === undefined)
    throw new ServiceError(
      'InvalidCacheParameterGroupState',
      `The family ${group.family} is not supported any more.`,
    )
  const findings = new Findings()
  const values = new Map(Object.entries(group.parameterValues))
  const changes: (readonly [string, string | null])[] =
    change.kind === 'set'
      ? [...change.parameters]
      : (change.names === 'all' ? [...values.keys()] : change.names).map((name) => [name, null] as const)
  for (const [i, [name, value]] of changes.entries()) {
    const parameter = checkModifiable(findings, family, name, i, group.isInUse)
    if (parameter === null) continue
    if (value === null || value === parameter.default) values.delete(name)
    else values.set(name, value)
    const wrong = value === null ? null : checkParameterValue(parameter, value)
    if (wrong !== null) findings.value(pathOf(i, 'parameterValue'), `The parameter ${name} ${wrong}.`)
  }
  const planned = Object.fromEntries(values)
  checkTogether(findings, family, planned)
  findings.throwIfAny()
  return planned
}

const pathOf = (i: number, member: string): string => `parameterNameValues[${i}].${member}`

const APPENDONLY =
  "This cache cluster does not support persistence (ex: 'appendonly'): nodes keep their data in memory only, and replicas are its copies."

function checkModifiable(
  findings: Findings,
  family: Family,
  name: string,
  i: number,
  isInUse: boolean,
): Parameter | null {
  const path = pathOf(i, 'parameterName')
  const parameter = findParameter(family, name)
  if (parameter === undefined) {
    findings.value(path, `Could not find parameter ${shown(name)} in the family ${family.name}.`)
    return null
  }
  if (name === 'appendonly' || name === 'appendfsync') {
    findings.value(path, APPENDONLY)
    return null
  }
  if (parameter.modifiable === 'never') {
    findings.value(path, `The parameter ${name} cannot be modified.`)
    return null
  }
  if (parameter.modifiable === 'while-unattached' && isInUse) {
    findings.value(path, `The parameter ${name} can be modified only while no cache cluster uses the group.`)
    return null
  }
  return parameter
}

/** What memcached would not start with. */
function checkTogether(findings: Findings, family: Family, values: ParameterValues): void {
  if (family.engine !== 'memcached') return
  const number = (name: string) => Number(values[name] ?? findParameter(family, name)?.default)
  const [item, chunk] = [number('max_item_size'), number('slab_chunk_max')]
  if (chunk > item)
    findings.combination('parameterNameValues', 'slab_chunk_max must not be larger than max_item_size.')
  else if (chunk % 1024 !== 0)
    findings.combination('parameterNameValues', 'slab_chunk_max must be a multiple of 1024.')
  else if (item % chunk !== 0)
    findings.combination('parameterNameValues', 'max_item_size must be a multiple of slab_chunk_max.')
}
