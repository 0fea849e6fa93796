export { allFamilies, defaultParameterGroup, findFamily, type Family } from './families.ts'
export { engineParameters, liveParameters, reserveOf } from './engine-parameters.ts'
export { nodeTypeParameters } from './node-type-parameters.ts'
export { isSameValues, type NodeTypeParameter, type Parameter, type ParameterValues } from './parameter.ts'
export {
  findDefaultGroup,
  isForClusters,
  mergeDefaults,
  parameterGroupNotFound,
  requireAttachable,
  requireExchangeable,
  whyTooLarge,
  type ParameterGroup,
} from './parameter-group.ts'
export {
  afterTelling,
  clusterParameterStatus,
  parameterStatus,
  type ParameterApplyStatus,
} from './parameter-status.ts'
export {
  MAX_PARAMETER_GROUP_NAME,
  planParameterChange,
  planParameterGroup,
  readParameterChange,
  readParameterReset,
  type CreateParameterGroupRequest,
  type ParameterGroupChange,
  type ParameterGroupPlan,
  type ParameterNameValue,
  type ResetParameterGroupRequest,
} from './plan-parameter-group.ts'
