import { connectReplicationGroup, expressStore, redisCache, sessionStore } from '@cacheplane/patterns'
import cookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import expressSession from 'express-session'
import Fastify from 'fastify'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EngineContainer } from '../../support/engine-container.ts'

const SECRET = 'a secret of at least thirty-two characters'
const LIFE_MS = 60_000

type Bag = Record<string, unknown>

/** What a request may do to its session, in both frameworks: `?set=name`, `?wait=ms`, `?do=regenerate|destroy`. */
interface Handle {
  session: Bag & {
    regenerate(done: (error?: unknown) => void): void
    destroy(done: (error?: unknown) => void): void
  }
  current: () => Bag | null | undefined
}

async function serve(query: URLSearchParams, { session, current }: Handle): Promise<string> {
  const wait = Number(query.get('wait') ?? 0)
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
  const action = query.get('do')
  if (action === 'regenerate')
    await new Promise<void>((r, no) => session.regenerate((e) => (e ? no(e) : r())))
  if (action === 'destroy') await new Promise<void>((r, no) => session.destroy((e) => (e ? no(e) : r())))
  const now = current()
  const name = query.get('set')
  if (now && name !== null) now[name] = true
  const names = Object.keys(JSON.parse(JSON.stringify(now ?? {})) as Bag)
  return JSON.stringify(names.filter((one) => one !== 'cookie').sort())
}

describe('sessions in a cache', () => {
  let engine: EngineContainer
  let redis: ReturnType<typeof connectReplicationGroup>
  const closers: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    engine = await EngineContainer.start('valkey-8.1')
    redis = connectReplicationGroup({ primaryEndpoint: engine.endpoint })
  })
  afterAll(async () => {
    await Promise.all(closers.map((close) => close()))
    redis?.close()
    await engine?.remove()
  })

  const startExpress = async (): Promise<string> => {
    const handle = expressSession({
      store: expressStore(expressSession.Store, { cache: redisCache(redis.primary), name: 'express' }),
      secret: SECRET,
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: LIFE_MS },
    })
    const server: Server = createServer(
      (request: IncomingMessage & { originalUrl?: string; session?: Bag }, response: ServerResponse) => {
        request.originalUrl = request.url ?? '/'
        const next = async (): Promise<void> => {
          const { searchParams } = new URL(request.url ?? '/', 'http://shop')
          const session = request.session as Handle['session']
          response.end(await serve(searchParams, { session, current: () => request.session }))
        }
        handle(request as never, response as never, () => void next())
      },
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => new Promise((resolve) => server.close(resolve)))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  const startFastify = async (): Promise<string> => {
    const app = Fastify()
    await app.register(cookie)
    await app.register(fastifySession, {
      store: sessionStore({ cache: redisCache(redis.primary), name: 'fastify' }),
      secret: SECRET,
      saveUninitialized: false,
      cookie: { secure: false, maxAge: LIFE_MS },
    })
    app.get('/', async (request) => {
      const query = new URLSearchParams(request.query as Record<string, string>)
      const session = request.session as unknown as Handle['session']
      return serve(query, { session, current: () => request.session as unknown as Bag | null })
    })
    closers.push(() => app.close())
    return app.listen({ host: '127.0.0.1', port: 0 })
  }

  describe.each([
    ['express-session', startExpress],
    ['@fastify/session', startFastify],
  ])('of %s', (_, start) => {
    let urls: string[]
    beforeAll(async () => {
      urls = [await start(), await start()]
    })

    const visit = async (jar: { cookie?: string }, query: string, instance = 0): Promise<string[]> => {
      const response = await fetch(`${urls[instance]}/?${query}`, {
        headers: { connection: 'close', ...(jar.cookie === undefined ? {} : { cookie: jar.cookie }) },
      })
      const given = response.headers.get('set-cookie')?.split(';')[0]
      if (given !== undefined) jar.cookie = given
      expect(response.status).toBe(200)
      return (await response.json()) as string[]
    }

    test('instances share them, and requests that overlap lose nothing of each other', async () => {
      const jar = {}
      await visit(jar, 'set=login')
      expect(await visit({ ...jar }, '', 1)).toEqual(['login'])
      await Promise.all([
        visit({ ...jar }, 'set=slow&wait=60', 0),
        visit({ ...jar }, 'set=quick&wait=20', 1),
        visit({ ...jar }, 'set=quickest', 1),
      ])
      expect(await visit(jar, '')).toEqual(['login', 'quick', 'quickest', 'slow'])
    })

    test('a login that regenerates leaves the old id worthless, also to a request that ends later', async () => {
      const jar: { cookie?: string } = {}
      await visit(jar, 'set=basket')
      const old = { ...jar }
      const late = visit({ ...jar }, 'set=late&wait=80', 1)
      expect(await visit(jar, 'do=regenerate&set=user')).toEqual(['user'])
      expect(jar.cookie).not.toBe(old.cookie)
      await late
      expect(await visit({ ...old }, '')).toEqual([])
      expect(await visit(jar, '', 1)).toEqual(['user'])
      await visit(jar, 'do=destroy')
      expect(await visit({ ...jar }, '')).toEqual([])
    })

    test('every request gives them their whole life again', async () => {
      const jar = {}
      await visit(jar, 'set=login')
      const keys = await redis.primary.keys('*')
      await Promise.all(keys.map((key) => redis.primary.pexpire(key, 30_000)))
      await visit(jar, '', 1)
      const lives = await Promise.all(keys.map((key) => redis.primary.pttl(key)))
      expect(Math.max(...lives)).toBeGreaterThan(LIFE_MS - 5_000)
    })
  })
})
