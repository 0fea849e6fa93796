import { canCluster, type Engine, ENGINE_VERSIONS, type EngineVersion } from '../engines.ts'
import { ServiceError } from '../errors.ts'
import { CLUSTER_ON, defaultParameterGroup } from '../parameters/families.ts'
import { MAX_PARAMETER_GROUP_NAME } from '../parameters/plan-parameter-group.ts'
import { TRANSIT_ENCRYPTION_MODES, type NodeSettings } from '../resources.ts'
import type { Secret } from '../secret.ts'
import { checkAuthToken } from './auth-token.ts'
import { checkEngineVersion } from './engine-version.ts'
import { type Findings, shown } from './findings.ts'
import { isIdentifier } from './identifiers.ts'
import { checkNodeType } from './node-type.ts'
import type { CreateCacheClusterRequest, CreateReplicationGroupRequest, PlanContext } from './requests.ts'
import { canPrefer, PREFERRED_NEEDS } from './plan-transit-encryption.ts'
import { MODE_ALLOWED } from './read-choice.ts'
import { isRetention, RETENTION_ALLOWED } from './retention.ts'
import { applyRules, between, empty, exactly, never, ruleFor } from './rules.ts'
import { checkWindows } from './windows.ts'

type Request = CreateReplicationGroupRequest | CreateCacheClusterRequest

const allow = ruleFor<Request>()
const DEFAULT_SUBNET_GROUP = 'default'
/** Below are the ports of the engine's host itself. */
const LOWEST_PORT = 1024
const HIGHEST_PORT = 65_535

/** Members that replication groups and cache clusters share, and that no other check looks at. */
const SHARED_RULES = [
  allow(
    'port',
    between(LOWEST_PORT, HIGHEST_PORT),
    `port must be between ${LOWEST_PORT} and ${HIGHEST_PORT}.`,
  ),
  allow(
    'cacheSecurityGroupNames',
    empty,
    'Use of cache security groups is not permitted in this API version for your account: leave cacheSecurityGroupNames out.',
  ),
  allow('securityGroupIds', empty, 'Security groups are not available: leave securityGroupIds out.'),
  allow('tags', empty, 'Tags are not available: leave tags out.'),
  allow('notificationTopicArn', never, 'Notifications are not available: leave notificationTopicArn out.'),
  allow(
    'logDeliveryConfigurations',
    empty,
    'Log delivery is not available: leave logDeliveryConfigurations out.',
  ),
  allow('networkType', exactly('ipv4'), 'networkType must be ipv4 or left out.'),
  allow('ipDiscovery', exactly('ipv4'), 'ipDiscovery must be ipv4 or left out.'),
  allow('transitEncryptionMode', exactly<string>(...TRANSIT_ENCRYPTION_MODES), MODE_ALLOWED),
]

/** For the engines that have snapshots; memcached refuses it altogether. */
const SNAPSHOT_RULES = [allow('snapshotRetentionLimit', isRetention, RETENTION_ALLOWED)]

export interface Checked extends NodeSettings {
  authToken: Secret | null
}

/**
 * Everything about how the nodes are made. What it returns is meaningful only when there are no findings; what refers to
 * objects that do not exist is thrown by `requireReferences` afterwards, in ElastiCache's order.
 */
export function checkSettings(
  findings: Findings,
  request: Request,
  engine: Engine | null,
  context: PlanContext,
  isCluster: boolean,
): Checked {
  applyRules(findings, request, SHARED_RULES)
  if (engine !== 'memcached') applyRules(findings, request, SNAPSHOT_RULES)
  const version = engine === null ? null : checkEngineVersion(findings, engine, request.engineVersion)
  const nodeType = checkNodeType(findings, request.cacheNodeType, version)
  const tls = request.transitEncryptionEnabled ?? false
  const transitEncryptionMode = checkEncryption(findings, request, version)
  const authToken = checkAuthToken(findings, request.authToken, tls)
  if (version !== null) checkMode(findings, request.cacheParameterGroupName, version, isCluster)
  const windows = checkWindows(
    findings,
    { maintenance: request.preferredMaintenanceWindow, snapshot: request.snapshotWindow },
    engine !== 'memcached',
    context.random,
  )
  return {
    engine: engine ?? 'redis',
    engineVersion: version?.version ?? '',
    cacheNodeType: nodeType?.name ?? '',
    cacheParameterGroupName: version === null ? '' : parameterGroupOf(request, version, isCluster),
    port: request.port ?? null,
    transitEncryptionMode,
    authTokenEnabled: authToken !== null,
    autoMinorVersionUpgrade: request.autoMinorVersionUpgrade ?? true,
    snapshotRetentionLimit: 0,
    ...windows,
    authToken,
  }
}

/** Null without TLS; `required` when nothing is said. */
function checkEncryption(
  findings: Findings,
  { transitEncryptionEnabled = false, transitEncryptionMode: wanted }: Request,
  version: EngineVersion | null,
): NodeSettings['transitEncryptionMode'] {
  if (wanted !== undefined && !transitEncryptionEnabled)
    findings.combination(
      'transitEncryptionMode',
      'To use a transit encryption mode, set transitEncryptionEnabled to true.',
    )
  if (!transitEncryptionEnabled) return null
  if (wanted !== 'preferred') return 'required'
  if (version !== null && !canPrefer({ engine: version.engine, engineVersion: version.version }))
    findings.combination('transitEncryptionMode', PREFERRED_NEEDS)
  return 'preferred'
}

function parameterGroupOf(
  { cacheParameterGroupName }: Request,
  version: EngineVersion,
  isCluster: boolean,
): string {
  return cacheParameterGroupName?.toLowerCase() ?? defaultParameterGroup(version, isCluster)
}

function checkMode(
  findings: Findings,
  parameterGroup: string | undefined,
  version: EngineVersion,
  isCluster: boolean,
): void {
  checkParameterGroup(findings, parameterGroup, version, isCluster)
  if (isCluster) checkClusterVersion(findings, version)
}

function checkClusterVersion(findings: Findings, { engine, version }: EngineVersion): void {
  if (engine === 'memcached' || canCluster({ engine, version })) return
  findings.combination(
    'engineVersion',
    `Cluster mode needs redis 7.0 or later, or valkey: nodes of redis ${version} cannot send clients to addresses that these can reach.`,
  )
}

/**
 * A default of another family or mode is a wrong combination; of a user's own, the store knows both.
 */
function checkParameterGroup(
  findings: Findings,
  given: string | undefined,
  version: EngineVersion,
  isCluster: boolean,
): void {
  const name = given?.toLowerCase()
  const family = defaultFamilyOf(name)
  if (family === null) return
  if (`default.${family}` === defaultParameterGroup(version, isCluster)) return
  if (`default.${family}` === defaultParameterGroup(version, !isCluster)) {
    const [wanted, found] = isCluster ? ['enabled', 'disabled'] : ['disabled', 'enabled']
    findings.combination(
      'cacheParameterGroupName',
      `Cluster mode should be ${wanted} in parameter group, but found it is ${found}.`,
    )
    return
  }
  findings.combination(
    'cacheParameterGroupName',
    `Expected a parameter group of family ${version.parameterGroupFamily} but found one of family ${family.replace(CLUSTER_ON, '')}`,
  )
}

function defaultFamilyOf(name: string | undefined): string | null {
  const family = name?.startsWith('default.') === true ? name.slice('default.'.length) : null
  const plain = family?.replace(/\.cluster\.on$/, '')
  return ENGINE_VERSIONS.some((row) => row.parameterGroupFamily === plain) ? family : null
}

/** Named objects that have to exist, as far as their names tell. */
export function requireReferences(request: Request): void {
  const parameterGroup = request.cacheParameterGroupName?.toLowerCase()
  if (parameterGroup !== undefined && !mayExist(parameterGroup)) throw noSuchParameterGroup(parameterGroup)
  const subnetGroup = request.cacheSubnetGroupName?.toLowerCase()
  if (subnetGroup !== undefined && subnetGroup !== DEFAULT_SUBNET_GROUP) {
    throw new ServiceError(
      'CacheSubnetGroupNotFoundFault',
      `Cache subnet group ${shown(subnetGroup)} not found. Leave cacheSubnetGroupName out or say ${DEFAULT_SUBNET_GROUP}.`,
      [{ path: 'cacheSubnetGroupName', message: 'There is no such subnet group.' }],
    )
  }
}

function mayExist(parameterGroup: string): boolean {
  return defaultFamilyOf(parameterGroup) !== null || isIdentifier(parameterGroup, MAX_PARAMETER_GROUP_NAME)
}

export function noSuchParameterGroup(name: string): ServiceError {
  return new ServiceError(
    'CacheParameterGroupNotFound',
    `CacheParameterGroup not found: ${shown(name)}. Leave cacheParameterGroupName out to get the engine's default.`,
    [{ path: 'cacheParameterGroupName', message: 'There is no such parameter group.' }],
  )
}
