import { defaultParameterGroup } from '../parameters/families.ts'
import type { ForeignFile } from '../ports/backups.ts'
import type { NodeSettings } from '../resources.ts'
import { checkEngine, checkEngineVersion } from '../validation/engine-version.ts'
import { Findings } from '../validation/findings.ts'
import { checkIdentifier } from '../validation/identifiers.ts'
import { checkNodeType } from '../validation/node-type.ts'
import { readArns } from '../validation/snapshot-arns.ts'
import { MAX_SNAPSHOT_NAME, type CreateSnapshotRequest } from './plan-snapshot.ts'

/** A file that is to become a snapshot. */
export interface ImportPlan extends Loader {
  snapshotName: string
  from: ForeignFile
}

/** What loads a file that somebody brings, and within which memory. */
export interface Loader extends Pick<NodeSettings, 'engine' | 'engineVersion' | 'cacheNodeType'> {
  cacheParameterGroupName: string
}

const OF_ITS_OWN = ['replicationGroupId', 'cacheClusterId'] as const

/**
 * Throws what is wrong with the request, or returns what is to be imported: an RDB file that `engine` in `engineVersion` loads,
 * within the memory of `cacheNodeType`.
 */
export function planImport(request: CreateSnapshotRequest & { snapshotArns: readonly string[] }): ImportPlan {
  const findings = new Findings()
  const snapshotName = checkIdentifier(findings, 'snapshotName', request.snapshotName, MAX_SNAPSHOT_NAME)
  const [from] = readArns(findings, request.snapshotArns, 1)
  const loader = readLoader(findings, request)
  for (const path of OF_ITS_OWN)
    if (request[path] !== undefined)
      findings.combination(
        path,
        `A snapshot is of an RDB file or of a cache: leave ${path} out with snapshotArns.`,
      )
  findings.throwIfAny()
  return { snapshotName, from: from ?? { bucket: '', key: '' }, ...loader }
}

export type LoaderRequest = Pick<CreateSnapshotRequest, 'engine' | 'engineVersion' | 'cacheNodeType'>

/** Means nothing once something was found wrong. */
export function readLoader(findings: Findings, request: LoaderRequest): Loader {
  const engine = checkEngine(findings, request.engine, ['redis', 'valkey'])
  const version = engine === null ? null : checkEngineVersion(findings, engine, request.engineVersion)
  const type = checkNodeType(findings, request.cacheNodeType, version)
  return {
    engine: engine ?? 'valkey',
    engineVersion: version?.version ?? '',
    cacheNodeType: type?.name ?? '',
    cacheParameterGroupName: version === null ? '' : defaultParameterGroup(version),
  }
}
