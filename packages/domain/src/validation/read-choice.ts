import type { GroupChange } from '../ports/store.ts'
import { TRANSIT_ENCRYPTION_MODES, type NodeChoice } from '../resources.ts'
import { checkEngine } from './engine-version.ts'
import type { Findings } from './findings.ts'
import { checkNodeType } from './node-type.ts'
import type { ModifyReplicationGroupRequest } from './requests.ts'

export const MODE_ALLOWED = 'transitEncryptionMode must be preferred or required.'

/** What a request says of encryption in transit; undefined when nothing. */
export function readTransitEncryption(
  findings: Findings,
  { transitEncryptionEnabled: enabled, transitEncryptionMode }: ModifyReplicationGroupRequest,
): GroupChange['transitEncryption'] {
  if (enabled === undefined && transitEncryptionMode === undefined) return undefined
  const mode = TRANSIT_ENCRYPTION_MODES.find((one) => one === transitEncryptionMode)
  if (transitEncryptionMode !== undefined && mode === undefined)
    findings.value('transitEncryptionMode', MODE_ALLOWED)
  return { ...(enabled !== undefined && { enabled }), ...(mode !== undefined && { mode }) }
}

/** What a request says of engine, version and node type; whether the group can be that is judged when it is known. */
export function readChoice(
  findings: Findings,
  { engine, engineVersion, cacheNodeType }: ModifyReplicationGroupRequest,
): Partial<NodeChoice> {
  const choice: Partial<NodeChoice> = {}
  if (engine !== undefined) {
    const known = checkEngine(findings, engine, ['redis', 'valkey'])
    if (known !== null) choice.engine = known
  }
  if (engineVersion !== undefined) choice.engineVersion = engineVersion
  if (cacheNodeType !== undefined && checkNodeType(findings, cacheNodeType, null) !== null)
    choice.cacheNodeType = cacheNodeType
  return choice
}
