import type { NodeChoice } from '../resources.ts'
import { checkEngine } from './engine-version.ts'
import type { Findings } from './findings.ts'
import { checkNodeType } from './node-type.ts'
import type { ModifyReplicationGroupRequest } from './requests.ts'

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
