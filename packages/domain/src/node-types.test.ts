import { describe, expect, it } from 'vitest'
import { ENGINES } from './engines.ts'
import { findNodeType, fits, NODE_TYPES, nodeLimits } from './node-types.ts'

describe('node types', () => {
  it('are found by their full name only', () => {
    expect(findNodeType('cache.t4g.micro')?.memoryBytes).toBe(2 ** 29)
    expect(findNodeType('t4g.micro')).toBeUndefined()
    expect(findNodeType('cache.T4G.micro')).toBeUndefined()
    expect(findNodeType('constructor')).toBeUndefined()
  })

  it('have unique names', () => {
    expect(new Set(NODE_TYPES.map((type) => type.name)).size).toBe(NODE_TYPES.length)
  })

  it('give a container the memory that ElastiCache publishes, to the second decimal', () => {
    for (const type of NODE_TYPES.filter((candidate) => candidate.creatable)) {
      expect(Math.abs(type.memoryBytes / 2 ** 30 - (type.memoryGib ?? 0)), type.name).toBeLessThan(0.01)
    }
  })

  it('never promise an engine more data than its container holds', () => {
    for (const type of NODE_TYPES.filter((candidate) => candidate.creatable)) {
      for (const engine of ENGINES) {
        if (type.minimums[engine] !== null) {
          expect(fits(nodeLimits(type, engine, 2)), `${type.name} ${engine}`).toBe(true)
        }
      }
    }
  })

  it('take a quarter off maxmemory, and 100 MB off what memcached stores items in', () => {
    const micro = findNodeType('cache.t4g.micro')
    expect(micro && nodeLimits(micro, 'redis', 8)).toEqual({
      memoryBytes: 536870912,
      cpus: 2,
      cpusCapped: false,
      maxmemoryBytes: 402653184,
      itemMemoryMb: 0,
      threads: 2,
    })
    expect(micro && nodeLimits(micro, 'memcached', 1)).toMatchObject({
      itemMemoryMb: 412,
      maxmemoryBytes: 0,
      cpus: 1,
      cpusCapped: true,
      threads: 2,
    })
  })

  it('offer nothing that ElastiCache no longer creates', () => {
    expect(findNodeType('cache.t2.micro')?.creatable).toBe(false)
    expect(findNodeType('cache.m3.medium')?.creatable).toBe(false)
    expect(findNodeType('cache.r6gd.xlarge')).toMatchObject({ creatable: true, dataTiering: true })
    expect(findNodeType('cache.m8g.large')?.minimums.redis).toBeNull()
  })
})
