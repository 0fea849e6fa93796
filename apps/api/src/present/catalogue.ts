import { type AvailabilityZone, type EngineVersion, type Event, nodeLimits } from '@cacheplane/domain'
import type { NodeTypeHere } from '../operations/catalogue.ts'
import type { EngineVersionView, EventView, NodeTypeView } from '../schemas/catalogue.ts'
import type { AvailabilityZoneView } from '../schemas/zone-outage.ts'

const ENGINE_NAMES = { redis: 'Redis', valkey: 'Valkey', memcached: 'memcached' } as const

export function presentEngineVersion(row: EngineVersion): EngineVersionView {
  return {
    engine: row.engine,
    engineVersion: row.version,
    cacheParameterGroupFamily: row.parameterGroupFamily,
    cacheEngineDescription: ENGINE_NAMES[row.engine],
    cacheEngineVersionDescription: `${row.engine} version ${row.version}`,
    isDefault: row.isDefault,
  }
}

export function presentNodeType({ type, cpus }: NodeTypeHere): NodeTypeView {
  return {
    cacheNodeType: type.name,
    vcpus: type.vcpus,
    ...(cpus !== null && { cpus, cpusCapped: cpus < type.vcpus }),
    memoryBytes: type.memoryBytes,
    maxmemoryBytes: nodeLimits(type, 'redis', type.vcpus).maxmemoryBytes,
    ...(type.maxCacheMemoryMb !== null && {
      memcachedItemMemoryMb: nodeLimits(type, 'memcached', type.vcpus).itemMemoryMb,
    }),
    ...(type.network !== null && {
      networkBaseGbps: type.network.baseGbps,
      networkBurstGbps: type.network.burstGbps,
    }),
    engines: (['redis', 'valkey', 'memcached'] as const).flatMap((engine) => {
      const minimum = type.minimums[engine]
      if (minimum === null) return []
      return [minimum === '0' ? { engine } : { engine, minimumVersion: minimum }]
    }),
  }
}

export function presentZone({ name, address, outage }: AvailabilityZone): AvailabilityZoneView {
  return {
    name,
    address,
    ...(outage !== null && { outage: { ...outage, since: outage.since.toISOString() } }),
  }
}

export function presentEvent(event: Event): EventView {
  return {
    sourceIdentifier: event.sourceIdentifier,
    sourceType: event.sourceType,
    message: event.message,
    ...(event.because !== undefined && { because: event.because }),
    date: event.date.toISOString(),
  }
}
