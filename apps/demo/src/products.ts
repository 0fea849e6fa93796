import { lazy, redisCache, type Lazy, type ReplicationGroupConnection } from '@cacheplane/patterns'
import type { Pool } from 'pg'
import type { Figures } from './figures.ts'

export interface Product {
  id: number
  name: string
  price: number
}

export const PRODUCTS = 1_000
const TTL_S = 60
const STALE_S = 30

/** The shop's table, and the cache to its side. */
export class Products {
  isCached = true
  readonly #cache: Lazy<number, Product>

  constructor(
    private readonly pool: Pool,
    redis: ReplicationGroupConnection['primary'],
    private readonly figures: () => Figures,
  ) {
    this.#cache = lazy({
      cache: redisCache(redis),
      name: 'product',
      key: String,
      ttl: TTL_S,
      staleFor: STALE_S,
      load: (id) => this.#select(id),
    })
  }

  async find(id: number): Promise<Product | null> {
    const begunMs = performance.now()
    const product = await (this.isCached ? this.#cache.get(id) : this.#select(id))
    const figures = this.figures()
    figures.reads += 1
    figures.tookMs.push(performance.now() - begunMs)
    return product
  }

  /** Reads that the cache has answered since the start. */
  get hits(): number {
    const { hits, staleHits } = this.#cache.statistics
    return hits + staleHits
  }

  /** Through the cache also while reads leave it aside, so that it is right when they use it again. */
  setPrice(id: number, price: number): Promise<Product | null> {
    return this.#cache.write(id, async () => {
      this.figures().queries += 1
      const text = 'UPDATE product SET price = $2 WHERE id = $1 RETURNING id, name, price'
      const { rows } = await this.pool.query<Product>(text, [id, price])
      return rows[0] ?? null
    })
  }

  async #select(id: number): Promise<Product | null> {
    this.figures().queries += 1
    const { rows } = await this.pool.query<Product>('SELECT id, name, price FROM product WHERE id = $1', [id])
    return rows[0] ?? null
  }
}

export async function fillProducts(pool: Pool): Promise<void> {
  await pool.query(
    'CREATE TABLE IF NOT EXISTS product (id int PRIMARY KEY, name text NOT NULL, price int NOT NULL)',
  )
  const text = `INSERT INTO product SELECT i, 'Product ' || i, 100 + i % 900 FROM generate_series(1, $1::int) AS i
    ON CONFLICT DO NOTHING`
  await pool.query(text, [PRODUCTS])
}
