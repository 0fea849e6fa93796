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

const RESERVED_MEMORY_PERCENT = 25
const MEMCACHED_CONNECTIONS_OVERHEAD_MB = 100
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
): NodeLimits & { cpusCapped: boolean } {
  return {
    memoryBytes: type.memoryBytes,
    cpus: Math.min(type.vcpus, engineCpus),
    cpusCapped: type.vcpus > engineCpus,
    maxmemoryBytes:
      engine === 'memcached' ? 0 : Math.floor((type.maxmemoryBytes * (100 - RESERVED_MEMORY_PERCENT)) / 100),
    itemMemoryMb:
      engine === 'memcached' && type.maxCacheMemoryMb !== null
        ? type.maxCacheMemoryMb - MEMCACHED_CONNECTIONS_OVERHEAD_MB
        : 0,
    threads: type.vcpus,
  }
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
