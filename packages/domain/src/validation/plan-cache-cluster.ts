import type { Engine } from '../engines.ts'
import type { CacheClusterPlan } from '../ports/store.ts'
import { checkEngine } from './engine-version.ts'
import { Findings } from './findings.ts'
import { checkIdentifier, checkZone, MAX_CACHE_CLUSTER_ID } from './identifiers.ts'
import type { CreateCacheClusterRequest, PlanContext } from './requests.ts'
import { applyRules, between, exactly, never, ruleFor } from './rules.ts'
import { checkSettings, requireReferences } from './settings.ts'

const allow = ruleFor<CreateCacheClusterRequest>()
const MAX_NODES = 40

const RULES = [
  allow(
    'replicationGroupId',
    never,
    'Replicas cannot be added: leave replicationGroupId out to create a cache cluster of its own.',
  ),
  allow('azMode', exactly('single-az', 'cross-az'), 'azMode must be single-az or cross-az.'),
]

const MEMCACHED_RULES = [
  allow('numCacheNodes', between(1, MAX_NODES), `numCacheNodes must be between 1 and ${MAX_NODES}.`),
  allow(
    'numCacheNodes',
    (n) => n <= 1 || n > MAX_NODES,
    'Cache clusters have one node: numCacheNodes must be 1 or left out.',
  ),
  allow(
    'azMode',
    (mode) => mode !== 'cross-az',
    'azMode cross-az needs more than one node: azMode must be single-az or left out.',
    'combination',
  ),
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
  const settings = checkSettings(findings, request, engine, context)
  findings.throwIfAny()
  requireReferences(request)
  return { accountId: context.accountId, cacheClusterId, zones, ...settings }
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
  if (one !== undefined) return [checkZone(findings, 'preferredAvailabilityZone', one)]
  if (several.length === 0) return [null]
  return several.map((zone) => checkZone(findings, 'preferredAvailabilityZones', zone))
}
