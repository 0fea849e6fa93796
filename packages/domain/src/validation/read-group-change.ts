import type { GroupChange } from '../ports/store.ts'
import { Findings } from './findings.ts'
import { checkDescription, checkIdentifier, MAX_CACHE_CLUSTER_ID } from './identifiers.ts'
import { readChoice, readTransitEncryption } from './read-choice.ts'
import type { ModifyReplicationGroupRequest } from './requests.ts'
import { readParameterGroupName } from './read-parameter-group-name.ts'
import { readTokenUpdate } from './read-token-update.ts'
import { isRetention, RETENTION_ALLOWED } from './retention.ts'
import { applyRules, empty, never, ruleFor } from './rules.ts'
import { checkMaintenanceWindow, checkSnapshotWindow } from './windows.ts'

const allow = ruleFor<ModifyReplicationGroupRequest>()

const unavailable = (path: keyof ModifyReplicationGroupRequest, what: string) =>
  allow(path, never, `${what} not available: leave ${path} out.`)

/** `nodeGroupId` is not among them: ElastiCache ignores it, and so do we. */
const RULES = [
  allow(
    'cacheSecurityGroupNames',
    empty,
    'Cache security groups are not available: leave cacheSecurityGroupNames out.',
  ),
  allow('securityGroupIds', empty, 'Security groups are not available: leave securityGroupIds out.'),
  unavailable('notificationTopicArn', 'Notifications are'),
  unavailable('notificationTopicStatus', 'Notifications are'),
  allow(
    'snapshottingClusterId',
    never,
    'Snapshots are read from the replica that is furthest along: leave snapshottingClusterId out.',
  ),
  allow('snapshotRetentionLimit', isRetention, RETENTION_ALLOWED),
  allow('userGroupIdsToAdd', empty, 'User groups are not available: leave userGroupIdsToAdd out.'),
  allow('userGroupIdsToRemove', empty, 'User groups are not available: leave userGroupIdsToRemove out.'),
  allow(
    'removeUserGroups',
    (flag) => !flag,
    'User groups are not available: removeUserGroups must be false or left out.',
  ),
  allow(
    'logDeliveryConfigurations',
    empty,
    'Log delivery is not available: leave logDeliveryConfigurations out.',
  ),
  allow('ipDiscovery', (mode) => mode === 'ipv4', 'ipDiscovery must be ipv4 or left out.'),
  unavailable('durability', 'Durability is'),
]

/** Throws what is wrong with the request whatever the group, or returns what is asked for. */
export function readGroupChange(request: ModifyReplicationGroupRequest): GroupChange {
  const findings = new Findings()
  applyRules(findings, request, RULES)
  const change: GroupChange = {}
  if (request.description !== undefined)
    change.description = checkDescription(findings, 'description', request.description)
  if (request.automaticFailoverEnabled !== undefined)
    change.automaticFailoverEnabled = request.automaticFailoverEnabled
  if (request.multiAZEnabled !== undefined) change.multiAZEnabled = request.multiAZEnabled
  if (request.autoMinorVersionUpgrade !== undefined)
    change.autoMinorVersionUpgrade = request.autoMinorVersionUpgrade
  if (request.preferredMaintenanceWindow !== undefined)
    change.preferredMaintenanceWindow = checkMaintenanceWindow(findings, request.preferredMaintenanceWindow)
  if (request.snapshotRetentionLimit !== undefined)
    change.snapshotRetentionLimit = request.snapshotRetentionLimit
  if (request.snapshotWindow !== undefined)
    change.snapshotWindow = checkSnapshotWindow(findings, request.snapshotWindow)
  if (request.clusterMode !== undefined) change.clusterMode = request.clusterMode
  Object.assign(change, readNodes(findings, request))
  if (request.applyImmediately !== undefined) change.deferred = !request.applyImmediately
  if (request.primaryClusterId !== undefined) {
    change.primaryClusterId = checkIdentifier(
      findings,
      'primaryClusterId',
      request.primaryClusterId,
      MAX_CACHE_CLUSTER_ID,
    )
    if (request.applyImmediately !== true)
      findings.combination(
        'applyImmediately',
        'Another primary is promoted at once or not at all: with primaryClusterId, applyImmediately must be true.',
      )
  }
  const authToken = readTokenUpdate(findings, request)
  if (authToken !== undefined) change.authToken = authToken
  if (request.cacheParameterGroupName !== undefined)
    change.cacheParameterGroupName = readParameterGroupName(findings, request)
  findings.throwIfAny()
  return change
}

/** What nodes are to be. */
function readNodes(
  findings: Findings,
  request: ModifyReplicationGroupRequest,
): Pick<GroupChange, 'choice' | 'transitEncryption'> {
  const choice = readChoice(findings, request)
  const transitEncryption = readTransitEncryption(findings, request)
  return {
    ...(Object.keys(choice).length > 0 && { choice }),
    ...(transitEncryption !== undefined && { transitEncryption }),
  }
}
