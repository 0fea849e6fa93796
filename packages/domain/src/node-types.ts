import type { Engine } from './engines.ts'
import { type EngineMinimums, LEGACY_FAMILIES, NODE_TYPE_FAMILIES } from './node-type-table.ts'
import type { NodeLimits } from './ports/fleet.ts'

export interface NodeType {
  /** `cache.m7g.large`. */
  name: string
  vcpus: number
  /** GiB as published; null for the oldest types, which are published without it. */
  memoryGib: number | null
  /** What the container gets. */
  memoryBytes: number
  /** `maxmemory` before the reserve is taken off. */
  maxmemoryBytes: number
  /**
   * memcached's `max_cache_memory` in units of 2^20 bytes, null where memcached is not offered. Some published
   * figures exceed the memory of the node (t3.medium, c7gn.12xlarge, m7g.8xlarge); here they end at it.
   */
  maxCacheMemoryMb: number | null
  network: { baseGbps: number; burstGbps: number } | null
  minimums: EngineMinimums
  creatable: boolean
  dataTiering: boolean
}

/** What is not for data, where no parameter group says otherwise. */
export interface Reserve {
  memoryPercent: number
  memcachedConnectionsMb: number
}
const RESERVE: Reserve = { memoryPercent: 25, memcachedConnectionsMb: 100 }
/** The engine itself has to fit in as well, whatever the reserve. */
const ENGINE_PERCENT = 5
const MEBIBYTE = 2 ** 20
const LEGACY_MINIMUMS: EngineMinimums = { redis: '0', valkey: null, memcached: '0' }

/** Creatable ones in ElastiCache's order, then those that only old descriptions mention. */
export const NODE_TYPES: readonly NodeType[] = [...currentTypes(), ...legacyTypes()]

const BY_NAME = new Map(NODE_TYPES.map((type) => [type.name, type]))

export function findNodeType(name: string): NodeType | undefined {
  return BY_NAME.get(name)
}

/**
 * What a node of this type gets on an engine with so many CPUs. A quarter of `maxmemory` stays reserved for buffers
 * and the copy-on-write of a background save; memcached keeps 100 MB for connections.
 */
export function nodeLimits(
  type: NodeType,
  engine: Engine,
  engineCpus: number,
  reserve: Reserve = RESERVE,
): NodeLimits & { cpusCapped: boolean } {
  return {
    memoryBytes: type.memoryBytes,
    cpus: Math.min(type.vcpus, engineCpus),
    cpusCapped: type.vcpus > engineCpus,
    maxmemoryBytes: engine === 'memcached' ? 0 : shareOf(type.maxmemoryBytes, 100 - reserve.memoryPercent),
    itemMemoryMb:
      engine === 'memcached' && type.maxCacheMemoryMb !== null
        ? Math.max(1, type.maxCacheMemoryMb - reserve.memcachedConnectionsMb)
        : 0,
    threads: type.vcpus,
  }
}

/** Never nothing: a `maxmemory` of 0 is no limit. */
function shareOf(bytes: number, percent: number): number {
  return Math.max(1, Math.floor((bytes * Math.min(percent, 100 - ENGINE_PERCENT)) / 100))
}

/** Whether the data a node may hold leaves room for the engine itself inside the container's memory. */
export function fits(limits: NodeLimits): boolean {
  return limits.maxmemoryBytes < limits.memoryBytes && limits.itemMemoryMb * MEBIBYTE < limits.memoryBytes
}

function cappedMb(published: number | null, memoryBytes: number): number | null {
  return published === null ? null : Math.min(published, Math.floor(memoryBytes / MEBIBYTE))
}

function currentTypes(): NodeType[] {
  return NODE_TYPE_FAMILIES.flatMap((family) =>
    family.sizes.map(
      ([size, vcpus, memoryGib, maxmemoryBytes, maxCacheMemoryMb, baseGbps, burstGbps]): NodeType => ({
        name: `cache.${family.family}.${size}`,
        vcpus,
        memoryGib,
        memoryBytes: maxmemoryBytes,
        maxmemoryBytes,
        maxCacheMemoryMb: cappedMb(maxCacheMemoryMb, maxmemoryBytes),
        network: { baseGbps, burstGbps },
        minimums: family.minimums,
        creatable: family.creatable ?? true,
        dataTiering: family.dataTiering ?? false,
      }),
    ),
  )
}

function legacyTypes(): NodeType[] {
  return LEGACY_FAMILIES.flatMap((family) =>
    family.sizes.map(([size, vcpus, maxmemoryBytes, maxCacheMemoryMb]): NodeType => ({
      name: `cache.${family.family}.${size}`,
      vcpus,
      memoryGib: null,
      memoryBytes: maxmemoryBytes,
      maxmemoryBytes,
      maxCacheMemoryMb,
      network: null,
      minimums: LEGACY_MINIMUMS,
      creatable: false,
      dataTiering: false,
    })),
  )
}
