import type { SaslUser } from '../ports/fleet.ts'
import type { ClusterChange } from '../ports/store.ts'
import { Findings } from './findings.ts'
import { checkZone } from './identifiers.ts'
import { AZ_MODE_VALUES, isAzMode, MAX_MEMCACHED_NODES } from './plan-cache-cluster.ts'
import type { ModifyCacheClusterRequest } from './requests.ts'
import { readParameterGroupName } from './read-parameter-group-name.ts'
import { checkSaslUsers, type SaslUserWish } from './sasl-users.ts'
import { applyRules, empty, exactly, never, ruleFor } from './rules.ts'
import { checkMaintenanceWindow } from './windows.ts'

const allow = ruleFor<ModifyCacheClusterRequest>()

const fixed = (path: keyof ModifyCacheClusterRequest, what: string) =>
  allow(path, never, `${what} cannot be changed after creation: leave ${path} out.`)

const unavailable = (path: keyof ModifyCacheClusterRequest, what: string) =>
  allow(path, never, `${what} not available: leave ${path} out.`)

const RULES = [
  fixed('engine', 'The engine'),
  fixed('engineVersion', 'The engine version'),
  fixed('cacheNodeType', 'The node type'),
  fixed('scaleConfig', 'The node type'),
  fixed('snapshotWindow', 'The snapshot window'),
  allow(
    'cacheSecurityGroupNames',
    empty,
    'Cache security groups are not available: leave cacheSecurityGroupNames out.',
  ),
  allow('securityGroupIds', empty, 'Security groups are not available: leave securityGroupIds out.'),
  unavailable('notificationTopicArn', 'Notifications are'),
  unavailable('notificationTopicStatus', 'Notifications are'),
  allow(
    'snapshotRetentionLimit',
    (days) => days === 0,
    'Automatic snapshots are not available: snapshotRetentionLimit must be 0 or left out.',
  ),
  allow(
    'authToken',
    never,
    'A cache cluster takes no authToken: create a replication group of one node instead.',
    'combination',
  ),
  allow(
    'authTokenUpdateStrategy',
    never,
    'A cache cluster takes no authToken: leave authTokenUpdateStrategy out.',
    'combination',
  ),
  allow(
    'logDeliveryConfigurations',
    empty,
    'Log delivery is not available: leave logDeliveryConfigurations out.',
  ),
  allow('ipDiscovery', exactly('ipv4'), 'ipDiscovery must be ipv4 or left out.'),
  allow('azMode', (mode) => isAzMode(mode), AZ_MODE_VALUES),
  allow(
    'numCacheNodes',
    (n) => Number.isInteger(n) && n >= 1,
    `numCacheNodes must be between 1 and ${MAX_MEMCACHED_NODES}.`,
  ),
  allow(
    'cacheNodeIdsToRemove',
    (ids) => ids.every((id) => /^\d{4}$/.test(id)),
    'cacheNodeIdsToRemove must name cache nodes by their ids, such as 0001.',
  ),
]

/** Throws what is wrong with the request whatever the cluster, or returns what is asked for. */
export function readClusterChange(request: ModifyCacheClusterRequest): ClusterChange {
  const findings = new Findings()
  applyRules(findings, request, RULES)
  const { numCacheNodes, cacheNodeIdsToRemove = [], newAvailabilityZones = [] } = request
  for (const path of ['cacheNodeIdsToRemove', 'newAvailabilityZones'] as const)
    if ((request[path] ?? []).length > 0 && numCacheNodes === undefined)
      findings.combination(path, `${path} needs numCacheNodes: say how many nodes there are to be.`)
  const change: ClusterChange = {
    applyImmediately: request.applyImmediately ?? false,
    cacheNodeIdsToRemove: [...new Set(cacheNodeIdsToRemove)],
    newAvailabilityZones: newAvailabilityZones.map((zone) =>
      checkZone(findings, 'newAvailabilityZones', zone),
    ),
  }
  if (numCacheNodes !== undefined) change.numCacheNodes = numCacheNodes
  if (request.azMode !== undefined && isAzMode(request.azMode)) change.azMode = request.azMode
  if (request.autoMinorVersionUpgrade !== undefined)
    change.autoMinorVersionUpgrade = request.autoMinorVersionUpgrade
  if (request.preferredMaintenanceWindow !== undefined)
    change.preferredMaintenanceWindow = checkMaintenanceWindow(findings, request.preferredMaintenanceWindow)
  if (request.cacheParameterGroupName !== undefined)
    change.cacheParameterGroupName = readParameterGroupName(findings, request)
  if (request.saslUsers !== undefined) change.saslUsers = readSaslUsers(findings, request.saslUsers)
  findings.throwIfAny()
  return change
}

/** A cluster that asks for logins goes on asking for them. */
function readSaslUsers(findings: Findings, users: readonly SaslUserWish[]): SaslUser[] {
  if (users.length === 0)
    findings.value('saslUsers', 'saslUsers must name at least one user: those who may log in from now on.')
  return checkSaslUsers(findings, users, null)
}
