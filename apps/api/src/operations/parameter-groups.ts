import {
  allFamilies,
  findDefaultGroup,
  findFamily,
  MAX_PARAMETER_GROUP_NAME,
  isIdentifier,
  parameterGroupNotFound,
  planParameterGroup,
  type CreateParameterGroupRequest,
  type Family,
  type Parameter,
  type ParameterGroup,
  type ParameterGroupChange,
  type Principal,
  readParameterChange,
  readParameterReset,
  type ParameterNameValue,
  type ResetParameterGroupRequest,
  ServiceError,
} from '@cacheplane/domain'
import { arnOf } from './arn.ts'
import { type Action, ANYTHING, authorize } from './authorize.ts'
import { type Page, type Paging, readPage, readStaticPage } from './paging.ts'
import type { Service } from './service.ts'

/** CreateCacheParameterGroup. */
export function createParameterGroup(
  service: Service,
  principal: Principal,
  request: CreateParameterGroupRequest,
): Promise<ParameterGroup> {
  const plan = planParameterGroup(request)
  allow(service, principal, 'CreateCacheParameterGroup', plan.name)
  return service.catalogue.createParameterGroup(principal.accountId, plan)
}

/** DescribeCacheParameterGroups for one group. */
export async function describeParameterGroup(
  service: Service,
  principal: Principal,
  name: string,
): Promise<ParameterGroup> {
  return requireGroup(service, principal, name, 'DescribeCacheParameterGroups')
}

/** DescribeCacheParameterGroups, ordered by name, the defaults among them. */
export function describeParameterGroups(
  service: Service,
  principal: Principal,
  paging: Paging,
): Promise<Page<ParameterGroup>> {
  authorize(principal, 'DescribeCacheParameterGroups', ANYTHING)
  return readPage(
    service,
    principal,
    'parameter-groups',
    paging,
    (limit, after) =>
      service.catalogue.listParameterGroups(principal.accountId, {
        limit,
        ...(after !== undefined && { after }),
      }),
    (group) => group.name,
  )
}

/** ModifyCacheParameterGroup: all of the values, or none. */
export function modifyParameterGroup(
  service: Service,
  principal: Principal,
  name: string,
  request: { parameterNameValues?: ParameterNameValue[] | undefined },
): Promise<ParameterGroup> {
  return change(service, principal, name, 'ModifyCacheParameterGroup', () =>
    readParameterChange(request.parameterNameValues),
  )
}

/** ResetCacheParameterGroup. */
export function resetParameterGroup(
  service: Service,
  principal: Principal,
  name: string,
  request: ResetParameterGroupRequest,
): Promise<ParameterGroup> {
  return change(service, principal, name, 'ResetCacheParameterGroup', () => readParameterReset(request))
}

/** DeleteCacheParameterGroup. */
export function deleteParameterGroup(service: Service, principal: Principal, name: string): Promise<void> {
  const known = knownName(name)
  allow(service, principal, 'DeleteCacheParameterGroup', known)
  return service.catalogue.deleteParameterGroup(principal.accountId, known)
}

export type ParameterSource = 'user' | 'system' | 'engine-default'

interface ParameterView {
  parameter: Parameter
  value: string
  source: ParameterSource
}

export interface ParametersPage extends Page<ParameterView> {
  family: Family
}

/** DescribeCacheParameters. */
export async function describeParameters(
  service: Service,
  principal: Principal,
  name: string,
  request: Paging & { source?: ParameterSource | undefined },
): Promise<ParametersPage> {
  const group = await requireGroup(service, principal, name, 'DescribeCacheParameters')
  const family = familyCalled(group.family)
  const isDefault = findDefaultGroup(group.name) !== undefined
  const all = family.parameters.map((parameter): ParameterView => {
    const own = group.parameterValues[parameter.name]
    const source = own === undefined || isDefault ? 'system' : 'user'
    return { parameter, value: own ?? parameter.default, source }
  })
  const rows = all.filter(({ source }) => request.source === undefined || source === request.source)
  const list = `parameter-groups/${group.name}/parameters/${request.source ?? 'all'}`
  return { family, ...(await readStaticPage(service, principal, list, request, rows)) }
}

/** DescribeEngineDefaultParameters. */
export async function describeEngineDefaultParameters(
  service: Service,
  principal: Principal,
  request: Paging & { family: string },
): Promise<ParametersPage> {
  authorize(principal, 'DescribeEngineDefaultParameters', ANYTHING)
  const family = familyCalled(request.family)
  const rows = family.parameters.map((parameter): ParameterView => ({
    parameter,
    value: parameter.default,
    source: 'system',
  }))
  const page = await readStaticPage(service, principal, `engine-defaults/${family.name}`, request, rows)
  return { family, ...page }
}

function familyCalled(name: string): Family {
  const family = findFamily(name)
  if (family !== undefined) return family
  const names = allFamilies().map((one) => one.name)
  const message = `The parameter family must be one of ${names.join(', ')}.`
  throw new ServiceError('InvalidParameterValue', message, [{ path: 'family', message }])
}

async function change(
  service: Service,
  principal: Principal,
  name: string,
  action: Action,
  read: () => ParameterGroupChange,
): Promise<ParameterGroup> {
  const known = knownName(name)
  allow(service, principal, action, known)
  const { group, woken } = await service.catalogue.changeParameterGroup(principal.accountId, known, read())
  for (const workflowId of woken) void service.doorbell.ring(workflowId)
  return group
}

async function requireGroup(
  service: Service,
  principal: Principal,
  name: string,
  action: Action,
): Promise<ParameterGroup> {
  const known = knownName(name)
  allow(service, principal, action, known)
  const group = await service.catalogue.findParameterGroup(principal.accountId, known)
  if (group === null) throw parameterGroupNotFound(known)
  return group
}

/** What no group can be called is not looked for; the defaults have dots in their names. */
function knownName(name: string): string {
  const known = name.toLowerCase()
  if (isIdentifier(known.replaceAll('.', ''), MAX_PARAMETER_GROUP_NAME)) return known
  throw new ServiceError('CacheParameterGroupNotFound', 'There is no parameter group of that name.')
}

function allow(service: Service, { accountId, ...rest }: Principal, action: Action, name: string): void {
  authorize({ accountId, ...rest }, action, arnOf(service.region, accountId, 'parametergroup', name))
}
