import type { GroupChange } from '../ports/store.ts'
import type { NodeChoice, ReplicationGroup, TransitEncryptionMode } from '../resources.ts'
import { compareVersions } from './engine-version.ts'
import type { Findings } from './findings.ts'

type Mode = TransitEncryptionMode | null

/** In the order in which a group goes from one to the other: of two neighbours, each has clients that both understand. */
const ORDER: readonly Mode[] = [null, 'preferred', 'required']
/** ElastiCache says 7.0.5; what is older than that of 7.0 is not in the catalogue. */
const REDIS_MINIMUM = '7.0'

export const PREFERRED_NEEDS = `transitEncryptionMode preferred needs redis ${REDIS_MINIMUM} or later, or valkey.`

export function canPrefer({ engine, engineVersion }: Pick<NodeChoice, 'engine' | 'engineVersion'>): boolean {
  return engine === 'valkey' || (engine === 'redis' && compareVersions(engineVersion, REDIS_MINIMUM) >= 0)
}

/**
 * What a wish for encryption in transit comes to (elasticache-reference, 6.2): from none to `preferred` to `required`, and
 * back, one step at a time, so that clients can be changed while both are spoken.
 *
 * @param nodes what the group and every node of it are
 */
export function planTransitEncryption(
  findings: Findings,
  group: Pick<ReplicationGroup, 'clusterEnabled' | 'authTokenEnabled' | 'engine' | 'engineVersion'>,
  before: Mode,
  nodes: readonly NodeChoice[],
  wish: NonNullable<GroupChange['transitEncryption']>,
): Mode {
  const wanted = wantedMode(findings, before, wish)
  if (wanted === undefined) return before
  const refuse = (path: keyof typeof PATHS, sentence: string): Mode => {
    findings.combination(PATHS[path], sentence)
    return before
  }
  const path = wanted === null ? 'enabled' : 'mode'
  const far = nodes.find((one) => distance(one.transitEncryptionMode, wanted) > 1)
  if (far !== undefined) return refuse(path, wanted === null ? FROM_REQUIRED : TO_REQUIRED)
  if (nodes.every((one) => one.transitEncryptionMode === wanted)) return wanted
  if (!canPrefer(group))
    return refuse(
      path,
      `Encryption in transit can be changed of redis ${REDIS_MINIMUM} or later, and of valkey.`,
    )
  if (wanted === null && group.authTokenEnabled)
    return refuse(
      'enabled',
      'A group with a token needs encryption in transit: leave transitEncryptionEnabled out.',
    )
  // Nodes of a cluster speak to one another either in plain text or over TLS.
  if (group.clusterEnabled && nodes.some((one) => (one.transitEncryptionMode === null) !== (wanted === null)))
    return refuse(
      'enabled',
      'With cluster mode enabled, encryption in transit is turned on or off at creation only: transitEncryptionMode can be changed between preferred and required.',
    )
  return wanted
}

const PATHS = { enabled: 'transitEncryptionEnabled', mode: 'transitEncryptionMode' } as const
const TO_REQUIRED =
  'Encryption in transit is turned on in two steps: set transitEncryptionMode to preferred first, and to required once the group is available.'
const FROM_REQUIRED =
  'Encryption in transit is turned off in two steps: set transitEncryptionMode to preferred first, and transitEncryptionEnabled to false once the group is available.'

/** Undefined where there is a finding, or nothing is asked for. */
function wantedMode(
  findings: Findings,
  before: Mode,
  { enabled, mode }: NonNullable<GroupChange['transitEncryption']>,
): Mode | undefined {
  if (enabled === false && mode === undefined) return null
  if (enabled === false || (enabled === undefined && before === null)) {
    findings.combination(
      PATHS.mode,
      'To modify transit encryption mode, set encryption-in-transit as enabled.',
    )
    return undefined
  }
  return mode ?? before ?? 'required'
}

function distance(a: Mode, b: Mode): number {
  return Math.abs(ORDER.indexOf(a) - ORDER.indexOf(b))
}
