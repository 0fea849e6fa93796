import {
  connectMemcached,
  connectReplicationGroup,
  lazy,
  memcachedCache,
  redisCache,
  type Cache,
  type LazyOptions,
} from '@cacheplane/patterns'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { EngineContainer, type EngineImage } from '../../support/engine-container.ts'

const IMAGES = ['valkey-8.1', 'redis-6.0', 'memcached-1.6.38'] as const
const RACES = 20
const WRITES = 20

interface Connected {
  cache: Cache
  flush(): Promise<unknown>
  close(): void
}

async function connect(image: EngineImage, engine: EngineContainer): Promise<Connected> {
  if (image.startsWith('memcached')) {
    const { ring, close } = await connectMemcached({ configurationEndpoint: engine.endpoint })
    return { cache: memcachedCache(ring), flush: () => ring('').cmd('flush_all'), close }
  }
  const { primary, close } = connectReplicationGroup({ primaryEndpoint: engine.endpoint })
  return { cache: redisCache(primary), flush: () => primary.flushall(), close }
}

describe.each(IMAGES)('on %s', (image) => {
  let engine: EngineContainer
  let one: Connected
  let other: Connected
  let source: Map<string, number>
  let loads = 0

  beforeAll(async () => {
    engine = await EngineContainer.start(image)
    one = await connect(image, engine)
    other = await connect(image, engine)
  })
  afterAll(async () => {
    one?.close()
    other?.close()
    await engine?.remove()
  })
  beforeEach(async () => {
    await one.flush()
    source = new Map()
    loads = 0
  })

  const make = ({ cache }: Connected, options: Partial<LazyOptions<string, number>> = {}) =>
    lazy<string, number>({
      cache,
      name: 'row',
      key: (id) => id,
      ttl: 60,
      timeoutMs: 1_000,
      load: async (id) => {
        loads += 1
        const value = source.get(id) ?? null
        await sleep(2)
        return value
      },
      ...options,
    })

  test('readers in two processes share one load, whatever the key looks like', async () => {
    const [a, b] = [make(one), make(other)]
    for (const id of ['plain', 'with blank\r\nget x', 'é'.repeat(300)]) {
      source.set(id, 7)
      loads = 0
      const reads = await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 ? a : b).get(id)))
      expect([new Set(reads), loads]).toEqual([new Set([7]), 1])
    }
  })

  test('racing reads and writes never answer what a finished write has replaced', async () => {
    const processes = [make(one), make(other)]
    let stale = 0
    const race = async (id: string): Promise<void> => {
      let finished = 0
      let isOver = false
      const write = async () => {
        for (let i = 1; i <= WRITES; i += 1) {
          await processes[i % 2]?.write(id, async () => {
            source.set(id, i)
            return i
          })
          finished = i
        }
        isOver = true
      }
      const read = async (mine = processes[0]) => {
        while (!isOver) {
          const floor = finished
          if (((await mine?.get(id)) ?? 0) < floor) stale += 1
        }
      }
      await Promise.all([write(), read(), read(processes[1])])
    }
    await Promise.all(Array.from({ length: RACES }, (_, i) => race(`race-${i}`)))
    expect(stale).toBe(0)
    expect(await processes[1]?.get('race-0')).toBe(WRITES)
  })

  test('reads and writes go on while the cache is frozen, killed and flushed, and are right afterwards', async () => {
    const [a, b] = [make(one, { timeoutMs: 50 }), make(other, { timeoutMs: 50 })]
    const write = (value: number) =>
      a.write('id', async () => {
        source.set('id', value)
        return value
      })
    await write(1)
    expect(await b.get('id')).toBe(1)

    await engine.pause()
    await write(2)
    expect(await a.get('id')).toBe(2)
    expect(await b.get('id')).toBe(2)
    await engine.unpause()
    await a.settled()
    expect([await a.get('id'), await b.get('id')]).toEqual([2, 2])

    const restarted = engine.restart()
    await write(3)
    expect(await b.get('id')).toBe(3)
    await restarted
    await a.settled()
    await expect
      .poll(
        async () => {
          await a.get('id')
          return one.cache.get('row:v1:id').then(
            (text) => text !== null,
            () => false,
          )
        },
        { timeout: 10_000 },
      )
      .toBe(true)
    expect([await a.get('id'), await b.get('id')]).toEqual([3, 3])

    await one.flush()
    expect([await a.get('id'), await b.get('id')]).toEqual([3, 3])
  })
})
