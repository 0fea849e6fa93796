import { redisCache, sessionStore, type ReplicationGroupConnection } from '@cacheplane/patterns'
import cookie from '@fastify/cookie'
import session from '@fastify/session'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { noFigures, type Figures } from './figures.ts'
import { PRODUCTS, Products } from './products.ts'

declare module 'fastify' {
  interface Session {
    user?: string
    visits?: number
  }
}

export interface Shop {
  app: FastifyInstance
  products: Products
  /** What was done since it was last taken. */
  takeFigures(): Figures
}

const SESSION_MS = 30 * 60 * 1_000

/** One instance of the shop. It keeps nothing of its own: products are in Postgres, sessions in the cache. */
export async function buildShop(options: {
  name: string
  pool: Pool
  redis: ReplicationGroupConnection['primary']
  secret: string
}): Promise<Shop> {
  const { name, pool, redis, secret } = options
  let [figures, hitsTaken] = [noFigures(), 0]
  const products = new Products(pool, redis, () => figures)
  const app = Fastify()
  await app.register(cookie)
  await app.register(session, {
    secret,
    store: sessionStore({ cache: redisCache(redis), name: 'shop-session' }),
    saveUninitialized: false,
    cookie: { secure: false, maxAge: SESSION_MS },
  })
  app.addHook('onRequest', async (_, reply) => {
    figures.requests += 1
    void reply.header('x-instance', name)
  })
  addProducts(app, products)
  addSessions(app)
  return {
    app,
    products,
    takeFigures: () => {
      const taken = { ...figures, hits: products.hits - hitsTaken }
      hitsTaken = products.hits
      figures = noFigures()
      return taken
    },
  }
}

const params = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'integer', minimum: 1, maximum: PRODUCTS } },
}
const priceBody = {
  type: 'object',
  required: ['price'],
  properties: { price: { type: 'integer', minimum: 1, maximum: 1_000_000 } },
}
const loginBody = {
  type: 'object',
  required: ['user'],
  properties: { user: { type: 'string', minLength: 1, maxLength: 40 } },
}

function addProducts(app: FastifyInstance, products: Products): void {
  app.get<{ Params: { id: number } }>('/products/:id', { schema: { params } }, async (request, reply) => {
    const product = await products.find(request.params.id)
    return product ?? reply.code(404).send({ message: 'there is no such product' })
  })
  app.put<{ Params: { id: number }; Body: { price: number } }>(
    '/products/:id/price',
    { schema: { params, body: priceBody } },
    async (request) => products.setPrice(request.params.id, request.body.price),
  )
}

function addSessions(app: FastifyInstance): void {
  app.post<{ Body: { user: string } }>('/login', { schema: { body: loginBody } }, async (request) => {
    // A new id, so that one that was planted before is worth nothing.
    await request.session.regenerate()
    request.session.user = request.body.user
    return { user: request.body.user }
  })
  app.get('/me', async (request, reply) => {
    if (request.session.user === undefined) return reply.code(401).send({ message: 'nobody is logged in' })
    request.session.visits = (request.session.visits ?? 0) + 1
    return { user: request.session.user, visits: request.session.visits }
  })
}
