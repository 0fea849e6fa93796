import { ServiceError } from '../errors.ts'
import { Findings, missing } from '../validation/findings.ts'
import { isIdentifier, MAX_CACHE_CLUSTER_ID, MAX_REPLICATION_GROUP_ID } from '../validation/identifiers.ts'

/** ElastiCache's limit of one request. */
const IDS_MAX = 20
const NAME = /^[a-zA-Z0-9-]{1,64}$/

export interface UpdateActionRequest {
  serviceUpdateName?: string | undefined
  replicationGroupIds?: readonly string[] | undefined
  cacheClusterIds?: readonly string[] | undefined
}

export interface UpdateTargets {
  serviceUpdateName: string
  /** In lower case, each once. */
  replicationGroupIds: string[]
  cacheClusterIds: string[]
}

/** What BatchApplyUpdateAction and BatchStopUpdateAction are about. Names nobody can have are judged one by one, later. */
export function readUpdateTargets(request: UpdateActionRequest): UpdateTargets {
  const findings = new Findings()
  const { serviceUpdateName = '', replicationGroupIds = [], cacheClusterIds = [] } = request
  if (serviceUpdateName === '') findings.value('serviceUpdateName', missing('serviceUpdateName'))
  if (replicationGroupIds.length + cacheClusterIds.length === 0)
    findings.value(
      'replicationGroupIds',
      'At least one of replicationGroupIds and cacheClusterIds must be provided.',
    )
  checkCount(findings, 'replicationGroupIds', replicationGroupIds)
  checkCount(findings, 'cacheClusterIds', cacheClusterIds)
  findings.throwIfAny()
  if (!NAME.test(serviceUpdateName)) throw serviceUpdateNotFound(null)
  return {
    serviceUpdateName: serviceUpdateName.toLowerCase(),
    replicationGroupIds: asNames(replicationGroupIds),
    cacheClusterIds: asNames(cacheClusterIds),
  }
}

/** Whether a resource can be called so at all. */
export function canBeNamed(kind: 'replication-group' | 'cache-cluster', name: string): boolean {
  return isIdentifier(name, kind === 'replication-group' ? MAX_REPLICATION_GROUP_ID : MAX_CACHE_CLUSTER_ID)
}

/** @param name null when it could not be anybody's */
export function serviceUpdateNotFound(name: string | null): ServiceError {
  const message =
    name === null ? 'There is no service update of that name.' : `Service update ${name} not found.`
  return new ServiceError('ServiceUpdateNotFoundFault', message)
}

function checkCount(findings: Findings, path: string, ids: readonly string[]): void {
  if (ids.length > IDS_MAX)
    findings.value(path, `The parameter ${path} must have at most ${IDS_MAX} entries.`)
}

function asNames(ids: readonly string[]): string[] {
  return [...new Set(ids.map((id) => id.toLowerCase()))]
}
