import { z } from 'zod'
import { Marker, pagingQuery } from './common.ts'

const NameValue = z.strictObject({
  parameterName: z.string().optional(),
  parameterValue: z.string().max(256).optional().meta({ description: 'Always text, also of numbers.' }),
})
const nameValues = z.array(NameValue).optional()

export const CreateParameterGroup = z
  .strictObject({
    cacheParameterGroupName: z.string().optional().meta({
      description: '1 to 255 letters, digits and single hyphens, a letter first. Kept in lower case.',
    }),
    cacheParameterGroupFamily: z
      .string()
      .optional()
      .meta({ description: 'As `GET /v1/engine-versions` lists it.' }),
    description: z.string().optional().meta({ description: 'At most 255 characters.' }),
    tags: z.array(z.unknown()).optional().meta({ description: 'Not available: leave it out.' }),
  })
  .meta({
    id: 'CreateParameterGroup',
    required: ['cacheParameterGroupName', 'cacheParameterGroupFamily', 'description'],
    examples: [
      { cacheParameterGroupName: 'lru', cacheParameterGroupFamily: 'valkey8', description: 'evicts any key' },
    ],
  })

export const ModifyParameterGroup = z
  .strictObject({ parameterNameValues: nameValues.meta({ description: '1 to 20.' }) })
  .meta({
    id: 'ModifyParameterGroup',
    required: ['parameterNameValues'],
    examples: [
      { parameterNameValues: [{ parameterName: 'maxmemory-policy', parameterValue: 'allkeys-lru' }] },
    ],
  })

export const ResetParameterGroup = z
  .strictObject({
    resetAllParameters: z.boolean().optional(),
    parameterNameValues: nameValues.meta({ description: '1 to 20 names, instead of `resetAllParameters`.' }),
  })
  .meta({ id: 'ResetParameterGroup', examples: [{ resetAllParameters: true }] })

export const ParameterGroup = z
  .object({
    cacheParameterGroupName: z.string(),
    cacheParameterGroupFamily: z.string(),
    description: z.string(),
    isGlobal: z.boolean(),
    arn: z.string(),
  })
  .meta({ id: 'ParameterGroup' })
export type ParameterGroupView = z.infer<typeof ParameterGroup>
export const ParameterGroupList = z
  .object({ cacheParameterGroups: z.array(ParameterGroup), marker: Marker })
  .meta({ id: 'ParameterGroupList' })

const parameterMembers = {
  parameterName: z.string(),
  description: z.string(),
  source: z.enum(['user', 'system', 'engine-default']),
  dataType: z.enum(['string', 'integer', 'float']),
  allowedValues: z.string(),
  isModifiable: z.boolean(),
  minimumEngineVersion: z.string(),
  changeType: z.enum(['immediate', 'requires-reboot']),
}
const Parameter = z.object({ ...parameterMembers, parameterValue: z.string() }).meta({ id: 'Parameter' })
const NodeTypeSpecificParameter = z
  .object({
    ...parameterMembers,
    cacheNodeTypeSpecificValues: z.array(z.object({ cacheNodeType: z.string(), value: z.string() })),
  })
  .meta({ id: 'CacheNodeTypeSpecificParameter' })
export type ParameterRow = z.infer<typeof Parameter>
export type NodeTypeSpecificRow = z.infer<typeof NodeTypeSpecificParameter>

const lists = {
  parameters: z.array(Parameter),
  cacheNodeTypeSpecificParameters: z
    .array(NodeTypeSpecificParameter)
    .meta({ description: 'On the first page only.' }),
}
export const ParameterList = z.object({ ...lists, marker: Marker }).meta({ id: 'ParameterList' })
export const EngineDefaults = z
  .object({ cacheParameterGroupFamily: z.string(), ...lists, marker: Marker })
  .meta({ id: 'EngineDefaults' })

export const ParameterGroupPath = z.strictObject({ cacheParameterGroupName: z.string() })
export const ListParameterGroupsQuery = z.strictObject(pagingQuery)
export const ListParametersQuery = z.strictObject({
  ...pagingQuery,
  source: z.enum(['user', 'system', 'engine-default']).optional().meta({
    description: '`user`: changed in the group. `system`: the family’s. Nothing is left to the engine.',
  }),
})
export const EngineDefaultsQuery = z.strictObject({
  ...pagingQuery,
  family: z.string().max(255).meta({ description: 'For example `valkey8`.' }),
})
