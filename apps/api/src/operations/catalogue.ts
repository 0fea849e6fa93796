import {
  type AvailabilityZone,
  type Engine,
  ENGINE_VERSIONS,
  type EngineVersion,
  NODE_TYPES,
  type NodeType,
  type Principal,
  ServiceError,
} from '@cacheplane/domain'
import { ANYTHING, authorize } from './authorize.ts'
import { type Page, type Paging, readStaticPage } from './paging.ts'
import type { Service } from './service.ts'

export interface DescribeCacheEngineVersionsRequest extends Paging {
  engine?: string | undefined
  engineVersion?: string | undefined
  cacheParameterGroupFamily?: string | undefined
  defaultOnly?: boolean | undefined
}

/** DescribeCacheEngineVersions: filters that match nothing give an empty list, never an error. */
export function describeCacheEngineVersions(
  service: Service,
  principal: Principal,
  request: DescribeCacheEngineVersionsRequest,
): Promise<Page<EngineVersion>> {
  authorize(principal, 'DescribeCacheEngineVersions', ANYTHING)
  const { engine, engineVersion, cacheParameterGroupFamily: family, defaultOnly = false } = request
  const rows = ENGINE_VERSIONS.filter(
    (row) =>
      (engine === undefined || row.engine === engine) &&
      (engineVersion === undefined || row.version === engineVersion) &&
      (family === undefined || row.parameterGroupFamily === family) &&
      (!defaultOnly || row.isDefault),
  )
  return readStaticPage(service, principal, 'engine-versions', request, rows)
}

export interface NodeTypeHere {
  type: NodeType
  /** CPUs a node gets on the largest reachable Docker engine; null while none is known. */
  cpus: number | null
}

export interface DescribeNodeTypesRequest extends Paging {
  engine?: Engine | undefined
}

/** The node types that can be created, and what the Docker engines make of their CPUs. */
export async function describeNodeTypes(
  service: Service,
  principal: Principal,
  request: DescribeNodeTypesRequest,
): Promise<Page<NodeTypeHere>> {
  authorize(principal, 'DescribeNodeTypes', ANYTHING)
  const engines = await service.catalogue.listEngines()
  const reachable = engines.filter((engine) => engine.reachable).map((engine) => engine.cpus)
  const most = reachable.length === 0 ? null : Math.max(...reachable)
  const { engine } = request
  const rows = NODE_TYPES.filter(
    (type) => type.creatable && !type.dataTiering && (engine === undefined || type.minimums[engine] !== null),
  ).map((type) => ({ type, cpus: most === null ? null : Math.min(type.vcpus, most) }))
  return readStaticPage(service, principal, 'node-types', request, rows)
}

export async function describeAvailabilityZones(
  service: Service,
  principal: Principal,
  paging: Paging,
): Promise<Page<AvailabilityZone>> {
  authorize(principal, 'DescribeAvailabilityZones', ANYTHING)
  const zones = await service.catalogue.listZones()
  return readStaticPage(service, principal, 'availability-zones', paging, zones)
}

/** PEM. Throws ServiceUnavailable until the first worker has made the authority. */
export async function describeCaCertificate(service: Service, principal: Principal): Promise<string> {
  authorize(principal, 'DescribeCaCertificate', ANYTHING)
  const pem = await service.catalogue.caCertificate()
  if (pem !== null) return pem
  throw new ServiceError(
    'ServiceUnavailable',
    'The certificate authority is made when a worker first starts; try again.',
  )
}
