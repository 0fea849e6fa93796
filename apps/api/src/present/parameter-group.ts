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

/** @param withNodeTypes whether the values of node types are on this page: they are all on one, and all set by the service */
export function presentParameters({ family, rows, marker }: ParametersPage, withNodeTypes: boolean) {
  return {
    parameters: rows.map(({ parameter, value, source }): ParameterRow => ({
      ...describe(family, parameter),
      parameterValue: value,
      source,
    })),
    cacheNodeTypeSpecificParameters: withNodeTypes
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
