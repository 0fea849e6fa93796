import { lazy, redisCache, type Lazy, type ReplicationGroupConnection } from '@cacheplane/patterns'
import type { Pool } from 'pg'
import type { Figures } from './figures.ts'

export interface Product {
  id: number
  name: string
  price: number
  /** On average, and of how many reviews: what makes the page worth caching. */
  stars: number
  reviews: number
}

export const PRODUCTS = 500
const REVIEWS_EACH = 200
const TTL_S = 60
const STALE_S = 30

/** Of a row of `product`, here called p, the page. */
const PAGE = `SELECT p.id, p.name, p.price, r.stars, r.reviews
  FROM p, LATERAL (SELECT COALESCE(avg(stars), 0)::float8 AS stars, count(*)::int AS reviews
    FROM review WHERE product_id = p.id) AS r`
const SELECT = `WITH p AS (SELECT id, name, price FROM product WHERE id = $1) ${PAGE}`
const UPDATE = `WITH p AS (UPDATE product SET price = $2 WHERE id = $1 RETURNING id, name, price) ${PAGE}`

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
      const { rows } = await this.pool.query<Product>(UPDATE, [id, price])
      return rows[0] ?? null
    })
  }

  async #select(id: number): Promise<Product | null> {
    this.figures().queries += 1
    const { rows } = await this.pool.query<Product>(SELECT, [id])
    return rows[0] ?? null
  }
}

export async function fillProducts(pool: Pool): Promise<void> {
  await pool.query('CREATE TABLE product (id int PRIMARY KEY, name text NOT NULL, price int NOT NULL)')
  await pool.query(
    "INSERT INTO product SELECT i, 'Product ' || i, 100 + i % 900 FROM generate_series(1, $1::int) AS i",
    [PRODUCTS],
  )
  await pool.query('CREATE TABLE review (product_id int NOT NULL, stars int NOT NULL, words text NOT NULL)')
  // One after the other for each product, as they come in: those of one product lie scattered.
  await pool.query(
    `INSERT INTO review SELECT 1 + i % $1::int, 1 + (i * 7) % 5, 'as described, would buy again'
     FROM generate_series(1, $2::int) AS i`,
    [PRODUCTS, PRODUCTS * REVIEWS_EACH],
  )
  await pool.query('CREATE INDEX ON review (product_id)')
  await pool.query('ANALYZE')
}
