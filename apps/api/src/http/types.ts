import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Principal } from '@cacheplane/domain'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Service } from '../operations/service.ts'
import type { Waiters } from './waiters.ts'

export type App = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>

/** What routes need. */
export interface RouteContext extends Service {
  waiters: Waiters
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Methods by route. */
    knownRoutes: ReadonlyMap<string, ReadonlySet<string>>
  }
  interface FastifyContextConfig {
    /** The route asks for its body by itself, once it wants it. */
    asksForBody?: boolean
  }
  interface FastifyRequest {
    /** Set by `authenticate`; null on public routes only. */
    principal: Principal | null
  }
}
