import type { Engine } from '../engines.ts'
import { ServiceError } from '../errors.ts'
import type { CacheClusterPlan } from '../ports/store.ts'
import { AZ_MODES, type AzMode } from '../resources.ts'
import { checkEngine } from './engine-version.ts'
import { Findings } from './findings.ts'
import { checkIdentifier, checkZone, MAX_CACHE_CLUSTER_ID } from './identifiers.ts'
import type { CreateCacheClusterRequest, PlanContext } from './requests.ts'
import { isRetention } from './retention.ts'
import { applyRules, exactly, never, ruleFor } from './rules.ts'
import { checkSaslUsers } from './sasl-users.ts'
import { checkSettings, requireReferences } from './settings.ts'
import { checkSeedArns } from './snapshot-arns.ts'

const allow = ruleFor<CreateCacheClusterRequest>()
/** ElastiCache's default quota of nodes per cluster. */
export const MAX_MEMCACHED_NODES = 60

const NODE_RANGE = `numCacheNodes must be between 1 and ${MAX_MEMCACHED_NODES}.`
export const AZ_MODE_VALUES = 'azMode must be single-az or cross-az.'

export const isAzMode = (text: string): text is AzMode => AZ_MODES.some((mode) => mode === text)

const RULES = [
  allow(
    'transitEncryptionMode',
    (mode) => mode !== 'preferred',
    'TLS beside plain text is for the endpoints of replication groups: with a cache cluster transitEncryptionMode must be required or left out.',
    'combination',
  ),
  allow(
    'replicationGroupId',
    never,
    'Replicas cannot be added: leave replicationGroupId out to create a cache cluster of its own.',
  ),
  allow('azMode', (mode) => isAzMode(mode), AZ_MODE_VALUES),
]

const MEMCACHED_RULES = [
  allow('numCacheNodes', (n) => Number.isInteger(n) && n >= 1, NODE_RANGE),
  allow('authToken', never, 'authToken is not supported for engine memcached.', 'combination'),
  allow('snapshotWindow', never, 'snapshotWindow is not supported for engine memcached.', 'combination'),
  allow(
    'snapshotRetentionLimit',
    (days) => days === 0,
    'snapshotRetentionLimit is not supported for engine memcached.',
    'combination',
  ),
  allow('snapshotName', never, 'snapshotName is not supported for engine memcached.', 'combination'),
  allow(
    'snapshotArns',
    (arns) => arns.length === 0,
    'snapshotArns is not supported for engine memcached.',
    'combination',
  ),
]

const rulesOf = (engine: Engine) => [
  allow(
    'authToken',
    never,
    'A cache cluster takes no authToken: create a replication group of one node instead.',
    'combination',
  ),
  allow(
    'numCacheNodes',
    exactly(1),
    `A cache cluster of engine ${engine} has exactly one node: numCacheNodes must be 1 or left out.`,
  ),
  allow(
    'snapshotRetentionLimit',
    (days) => !isRetention(days) || days === 0,
    'Automatic snapshots are taken of replication groups: snapshotRetentionLimit must be 0 or left out, or create a replication group of one node instead.',
    'combination',
  ),
  allow('azMode', exactly('single-az'), `azMode is not supported for engine ${engine}.`, 'combination'),
  allow(
    'preferredAvailabilityZones',
    (zones) => zones.length === 0,
    `preferredAvailabilityZones is not supported for engine ${engine}: use preferredAvailabilityZone.`,
    'combination',
  ),
]

/** Throws what is wrong with the request, or returns what is to be built, with every default filled in. */
export function planCacheCluster(
  request: CreateCacheClusterRequest,
  context: PlanContext,
): Omit<CacheClusterPlan, 'idempotency'> {
  const findings = new Findings()
  const cacheClusterId = checkIdentifier(
    findings,
    'cacheClusterId',
    request.cacheClusterId,
    MAX_CACHE_CLUSTER_ID,
  )
  const engine = checkEngine(findings, request.engine)
  applyRules(findings, request, RULES)
  if (engine !== null) {
    applyRules(findings, request, engine === 'memcached' ? MEMCACHED_RULES : rulesOf(engine))
  }
  const zones = checkZones(findings, request)
  const azMode = engine === 'memcached' ? checkAzMode(findings, request, zones) : null
  const saslUsers = checkSaslUsers(findings, request.saslUsers ?? [], engine)
  const seedFiles = engine === 'memcached' ? [] : checkSeedArns(findings, request, 1)
  const settings = checkSettings(findings, request, engine, context, false)
  findings.throwIfAny()
  requireReferences(request)
  if (engine === 'memcached') refuseTooMany(zones.length)
  const seed = { snapshotName: request.snapshotName?.toLowerCase() ?? null, seedFiles }
  return { accountId: context.accountId, cacheClusterId, zones, azMode, saslUsers, ...settings, ...seed }
}

/** ElastiCache has a code of its own for it. */
export function refuseTooMany(nodes: number): void {
  if (nodes <= MAX_MEMCACHED_NODES) return
  const message = `Cluster node quota exceeded. A cache cluster can have at most ${MAX_MEMCACHED_NODES} nodes.`
  throw new ServiceError('NodeQuotaForClusterExceeded', message, [{ path: 'numCacheNodes', message }])
}

/** Without a mode, zones that differ say it: elsewhere one zone is meant. */
function checkAzMode(
  findings: Findings,
  request: CreateCacheClusterRequest,
  zones: readonly (string | null)[],
): AzMode {
  const { azMode, preferredAvailabilityZone } = request
  const isSpread = new Set(zones.filter((zone) => zone !== null)).size > 1
  if (azMode === 'cross-az' && zones.length < 2)
    findings.combination(
      'azMode',
      'azMode cross-az needs more than one node: azMode must be single-az or left out.',
    )
  else if (azMode === 'cross-az' && preferredAvailabilityZone !== undefined)
    findings.combination(
      'azMode',
      'preferredAvailabilityZone is one zone for all nodes: with azMode cross-az, use preferredAvailabilityZones.',
    )
  if (azMode === 'single-az' && isSpread)
    findings.combination('azMode', 'azMode single-az needs all preferredAvailabilityZones to be the same.')
  return azMode === 'cross-az' || isSpread ? 'cross-az' : 'single-az'
}

function checkZones(findings: Findings, request: CreateCacheClusterRequest): (string | null)[] {
  const { preferredAvailabilityZone: one, preferredAvailabilityZones: several = [] } = request
  if (one !== undefined && several.length > 0) {
    findings.combination(
      'preferredAvailabilityZone',
      'Use either preferredAvailabilityZone or preferredAvailabilityZones, not both.',
    )
  }
  const nodes = request.numCacheNodes ?? 1
  if (several.length > 0 && several.length !== nodes) {
    findings.combination(
      'preferredAvailabilityZones',
      `preferredAvailabilityZones must name as many zones as there are nodes, which is ${nodes}.`,
    )
  }
  // A number out of range has been found already, and a plan with findings is never used.
  const count = Number.isInteger(nodes) && nodes > 0 ? Math.min(nodes, MAX_MEMCACHED_NODES + 1) : 1
  if (one !== undefined) {
    const zone = checkZone(findings, 'preferredAvailabilityZone', one)
    return Array.from({ length: count }, () => zone)
  }
  if (several.length === 0) return Array.from({ length: count }, () => null)
  return several.map((zone) => checkZone(findings, 'preferredAvailabilityZones', zone))
}
