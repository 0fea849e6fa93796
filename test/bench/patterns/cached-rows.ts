import {
  connectReplicationGroup,
  lazy,
  redisCache,
  type Lazy,
  type LazyOptions,
  type ReplicationGroupConnection,
} from '@cacheplane/patterns'
import pg from 'pg'
import { EngineContainer } from '../../support/engine-container.ts'
import { startThrowAwayServer } from '../../support/postgres.ts'
import type { Later } from '../later.ts'

export interface Row {
  id: number
  name: string
  price: number
}

const POOL = 20
const TTL_S = 3_600

/** A table of a Postgres of its own, an engine of its own, and processes that read the one through the other. */
export class CachedRows {
  queries = 0

  private constructor(
    readonly pool: pg.Pool,
    private readonly engine: EngineContainer,
    private readonly later: Later,
  ) {}

  static async start(later: Later, rows: number): Promise<CachedRows> {
    const server = await startThrowAwayServer()
    later.add(() => server.remove())
    const pool = new pg.Pool({ connectionString: server.adminUrl, max: POOL })
    pool.on('error', () => undefined)
    later.add(() => pool.end())
    await pool.query('CREATE TABLE product (id int PRIMARY KEY, name text NOT NULL, price int NOT NULL)')
    await pool.query(
      "INSERT INTO product SELECT i, 'product number ' || i, i FROM generate_series(1, $1::int) AS i",
      [rows],
    )
    const engine = await EngineContainer.start('valkey-8.1')
    later.add(() => engine.remove())
    return new CachedRows(pool, engine, later)
  }

  connect(): ReplicationGroupConnection {
    const connection = connectReplicationGroup({ primaryEndpoint: this.engine.endpoint })
    this.later.add(async () => connection.close())
    return connection
  }

  /** As another process would: with a connection of its own. */
  process(options: Partial<LazyOptions<number, Row>> = {}): Lazy<number, Row> {
    return lazy<number, Row>({
      cache: redisCache(this.connect().primary),
      name: 'product',
      key: String,
      ttl: TTL_S,
      timeoutMs: 2_000,
      load: (id) => this.query(id),
      ...options,
    })
  }

  async query(id: number): Promise<Row | null> {
    this.queries += 1
    const { rows } = await this.pool.query<Row>('SELECT id, name, price FROM product WHERE id = $1', [id])
    return rows[0] ?? null
  }

  async setPrice(id: number, price: number): Promise<Row | null> {
    this.queries += 1
    const text = 'UPDATE product SET price = $2 WHERE id = $1 RETURNING id, name, price'
    const { rows } = await this.pool.query<Row>(text, [id, price])
    return rows[0] ?? null
  }
}

/** Runs the work `count` times, so many at once. */
export async function crowd(
  size: number,
  count: number,
  work: (turn: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const one = async (): Promise<void> => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: size }, one))
}
