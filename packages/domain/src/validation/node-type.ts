import type { EngineVersion } from '../engines.ts'
import { findNodeType, type NodeType } from '../node-types.ts'
import { compareVersions } from './engine-version.ts'
import { type Findings, missing, shown } from './findings.ts'

const PATH = 'cacheNodeType'

/** Whether the type exists, may still be created, and runs this version. Null where there is a finding. */
export function checkNodeType(
  findings: Findings,
  name: string | undefined,
  version: EngineVersion | null,
): NodeType | null {
  if (name === undefined) {
    findings.value(PATH, missing(PATH))
    return null
  }
  const type = findNodeType(name)
  if (type === undefined) {
    findings.value(
      PATH,
      `Invalid cache node type: ${shown(name)}. Node types look like cache.t4g.micro or cache.m7g.large.`,
    )
    return null
  }
  if (!type.creatable) {
    findings.value(
      PATH,
      `Cache node type ${name} is no longer created. Choose a current one such as cache.t4g.micro.`,
    )
    return null
  }
  if (type.dataTiering) {
    findings.combination(
      PATH,
      `Cache node type ${name} needs data tiering, which is not available; choose an r6g or r7g type.`,
    )
    return null
  }
  if (version !== null) checkMinimum(findings, type, version)
  return type
}

function checkMinimum(findings: Findings, type: NodeType, { engine, version }: EngineVersion): void {
  const minimum = type.minimums[engine]
  if (minimum === null) {
    findings.combination(PATH, `Cache node type ${type.name} does not run ${engine}.`)
  } else if (compareVersions(version, minimum) < 0) {
    findings.combination(
      PATH,
      `Cache node type ${type.name} runs ${engine} from version ${minimum} on, not ${version}.`,
    )
  }
}
