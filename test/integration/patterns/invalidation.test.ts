import {
  connectCluster,
  connectReplicationGroup,
  followRowChanges,
  lazy,
  nearCache,
  redisCache,
  rowTriggerSql,
} from '@cacheplane/patterns'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { EngineContainer } from '../../support/engine-container.ts'
import { databaseUrl, execute } from '../../support/postgres.ts'

const DATABASE = 'row_changes'

describe('invalidation', () => {
  let engine: EngineContainer
  let redis: ReturnType<typeof connectReplicationGroup>
  let db: pg.Client
  const url = databaseUrl(inject('postgresAdminUrl'), DATABASE)

  beforeAll(async () => {
    engine = await EngineContainer.start('valkey-8.1')
    redis = connectReplicationGroup({ primaryEndpoint: engine.endpoint })
    await execute(inject('postgresAdminUrl'), [`CREATE DATABASE ${DATABASE}`])
    await execute(url, [
      'CREATE TABLE product (sku text PRIMARY KEY, price int NOT NULL)',
      "INSERT INTO product VALUES ('a', 1), ('b', 1)",
      rowTriggerSql('product', ['sku']),
      rowTriggerSql('product', ['sku']),
    ])
    db = new pg.Client({ connectionString: url })
    await db.connect()
  })
  afterAll(async () => {
    await db?.end()
    redis?.close()
    await engine?.remove()
    await execute(inject('postgresAdminUrl'), [`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`])
  })

  const prices = (cache = redisCache(redis.primary), name = 'price') =>
    lazy<string, number>({
      cache,
      name,
      key: (sku) => sku,
      ttl: 600,
      timeoutMs: 2_000,
      tags: () => [`table:${name}`],
      load: async (sku) => {
        const { rows } = await db.query<{ price: number }>('SELECT price FROM product WHERE sku = $1', [sku])
        return rows[0]?.price ?? null
      },
    })

  test('a row that anybody changes in Postgres is forgotten, and all rows after a gap in the listening', async () => {
    const cached = prices()
    let gaps = 0
    const follower = followRowChanges({
      client: () => new pg.Client({ connectionString: url }),
      onChange: ({ key }) => cached.invalidate(key.sku ?? ''),
      onGap: async () => {
        await cached.invalidateTag('table:price')
        gaps += 1
      },
    })
    await expect.poll(() => gaps).toBe(1)
    expect([await cached.get('a'), await cached.get('b'), await cached.get('c')]).toEqual([1, 1, null])
    await db.query("UPDATE product SET price = 2 WHERE sku = 'a'")
    await db.query("DELETE FROM product WHERE sku = 'b'")
    await db.query("INSERT INTO product VALUES ('c', 3)")
    await expect.poll(() => Promise.all(['a', 'b', 'c'].map((sku) => cached.get(sku)))).toEqual([2, null, 3])

    // Of what changes while nobody listens nobody is told.
    await db.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
    await db.query("UPDATE product SET price = 9 WHERE sku = 'a'")
    await expect.poll(() => gaps).toBe(2)
    expect(await cached.get('a')).toBe(9)
    await follower.close()
  })

  test('a near cache answers without the server until that tells of a change, and keeps nothing while it is away', async () => {
    const near = nearCache({ cache: redisCache(redis.primary), redis: redis.primary, prefixes: ['near:'] })
    await near.ready()
    const [mine, others] = [prices(near, 'near'), prices(redisCache(redis.primary), 'near')]
    const first = await mine.get('a')
    await mine.get('a')
    expect(near.size).toBe(1)
    await others.write('a', async () => {
      await db.query("UPDATE product SET price = 77 WHERE sku = 'a'")
      return 77
    })
    expect(first).not.toBe(77)
    await expect.poll(() => mine.get('a')).toBe(77)
    await mine.get('a')
    expect(near.size).toBe(1)
    await redis.primary.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await expect.poll(() => near.size).toBe(0)
    await near.ready()
    await mine.get('a')
    expect(near.size).toBe(1)
    near.close()
  })

  test('in cluster mode the same patterns work, because every step touches one key', async () => {
    const node = await EngineContainer.start('valkey-8.1', [
      ...['--cluster-enabled', 'yes', '--cluster-announce-hostname', '127.0.0.1'],
      ...['--cluster-preferred-endpoint-type', 'hostname'],
    ])
    const plain = connectReplicationGroup({ primaryEndpoint: node.endpoint })
    await plain.primary.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    const cluster = connectCluster({ endpoints: [node.endpoint] })
    const cached = prices(redisCache(cluster), 'clustered')
    await db.query("UPDATE product SET price = 5 WHERE sku = 'a'")
    expect(await cached.get('a')).toBe(5)
    await cached.write('a', async () => 6)
    expect([await cached.get('a'), cached.statistics.loads]).toEqual([6, 1])
    cluster.disconnect()
    plain.close()
    await node.remove()
  })
})
