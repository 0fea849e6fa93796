import {
  ENGINE_VERSIONS,
  NODE_TYPES,
  nodeTypeParameters,
  type Family,
  type NodeTypeParameter,
  type Parameter,
  type ParameterGroup,
} from '@cacheplane/domain'
import { arnOf } from '../operations/arn.ts'
import type { ParametersPage } from '../operations/parameter-groups.ts'
import type { NodeTypeSpecificRow, ParameterGroupView, ParameterRow } from '../schemas/parameter-group.ts'

export function presentParameterGroup(
  { name, family, description }: ParameterGroup,
  region: string,
  accountId: string,
): ParameterGroupView {
  return {
    cacheParameterGroupName: name,
    cacheParameterGroupFamily: family,
    description,
    isGlobal: false,
    arn: arnOf(region, accountId, 'parametergroup', name),
  }
}

/** @param isFirst whether it is the first page, which alone has the values of node types */
export function presentParameters({ family, rows, marker }: ParametersPage, isFirst: boolean) {
  return {
    parameters: rows.map(({ parameter, value, source }): ParameterRow => ({
      ...describe(family, parameter),
      parameterValue: value,
      source,
    })),
    cacheNodeTypeSpecificParameters: isFirst
      ? nodeTypeParameters(family.engine).map((one) => ofTypes(family, one))
      : [],
    ...(marker !== undefined && { marker }),
  }
}

function ofTypes(family: Family, parameter: NodeTypeParameter): NodeTypeSpecificRow {
  const types = NODE_TYPES.filter((type) => type.creatable && !type.dataTiering)
  return {
    ...describe(family, parameter),
    source: 'system',
    cacheNodeTypeSpecificValues: types.flatMap(({ name }) => {
      const value = parameter.valueOf(name)
      return value === null ? [] : [{ cacheNodeType: name, value }]
    }),
  }
}

function describe(family: Family, parameter: Omit<Parameter, 'default'>) {
  const [oldest] = ENGINE_VERSIONS.filter((row) => row.parameterGroupFamily === family.name)
  return {
    parameterName: parameter.name,
    description: parameter.description,
    dataType: parameter.dataType,
    allowedValues: parameter.allowedValues,
    isModifiable: parameter.modifiable !== 'never',
    minimumEngineVersion: oldest?.version ?? '',
    changeType: parameter.changeType,
  }
}
