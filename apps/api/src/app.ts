import { randomBytes } from 'node:crypto'
import {
  type Catalogue,
  type Clock,
  type Doorbell,
  type Keyring,
  newId,
  type Vault,
} from '@cacheplane/domain'
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Logger } from 'pino'
import { authenticate } from './http/authenticate.ts'
import { limitBodies } from './http/body-deadline.ts'
import { answerClientError, answerError, answerErrors } from './http/errors.ts'
import { acceptJsonBodies } from './http/json-body.ts'
import { answerUnknownRoutes } from './http/known-routes.ts'
import { observeRequests } from './http/metrics.ts'
import { describeApi } from './http/openapi.ts'
import { Principals } from './http/principals.ts'
import { logRequests } from './http/request-log.ts'
import type { App, RouteContext } from './http/types.ts'
import { validatorCompiler } from './http/validate.ts'
import { Waiters } from './http/waiters.ts'
import { Signer } from './operations/signer.ts'
import { tellOutages } from './operations/tell-outages.ts'
import { cacheClusterRoutes } from './routes/cache-clusters.ts'
import { catalogueRoutes } from './routes/catalogue.ts'
import { parameterGroupRoutes } from './routes/parameter-groups.ts'
import { parameterRoutes } from './routes/parameters.ts'
import { zoneOutageRoutes } from './routes/zone-outages.ts'
import { healthRoutes } from './routes/health.ts'
import { replicationGroupChangeRoutes } from './routes/replication-group-changes.ts'
import { replicationGroupRoutes } from './routes/replication-groups.ts'
import { snapshotExportRoutes } from './routes/snapshot-exports.ts'
import { snapshotImportRoutes } from './routes/snapshot-imports.ts'
import { snapshotRoutes } from './routes/snapshots.ts'
import { serviceRoutes } from './routes/service.ts'
import { serviceUpdateRoutes } from './routes/service-updates.ts'

const BODY_LIMIT_BYTES = 256 * 1024
/** A body must arrive within this, but that of an upload; an answer may take as long as `Prefer: wait` says. */
const BODY_TIMEOUT_MS = 10_000
const HEADERS_TIMEOUT_MS = 5_000
/** How often Node looks for requests that are too slow; its default of 30 s would make the timeouts meaningless. */
const CHECK_CONNECTIONS_EVERY_MS = 1_000
const CLOSE_IDLE_EVERY_MS = 50
const MAX_PATH_SEGMENT = 1_024

export interface AppDeps {
  catalogue: Catalogue
  vault: Pick<Vault, 'find' | 'open' | 'keep' | 'remove'>
  doorbell: Doorbell
  keyring: Pick<Keyring, 'derive'>
  clock: Clock
  /** Uniform in [0, 1). */
  random: () => number
  region: string
  uploadMaxBytes: number
  log: Logger
}

/** The whole HTTP face, not listening. Tests drive it with `inject`. */
export async function buildApp({ catalogue: store, ...rest }: AppDeps): Promise<App> {
  const deps = { ...rest, catalogue: tellOutages(store) }
  const app = newServer(deps.log)
  const waiters = new Waiters()
  const context: RouteContext = { ...deps, signer: new Signer(deps.keyring), waiters }
  app.setValidatorCompiler(validatorCompiler)
  // Answers are built by our own presenters; checking them again for every request would cost more than building them.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  app.addHook('preClose', async () => {
    waiters.releaseAll()
    closeConnectionsAsTheyFallIdle(app)
  })
  limitBodies(app, BODY_TIMEOUT_MS, requestId)
  logRequests(app)
  const metrics = observeRequests(app, deps.catalogue, waiters)
  authenticate(app, new Principals(deps.catalogue, deps.clock))
  acceptJsonBodies(app)
  answerErrors(app)
  answerUnknownRoutes(app)
  await describeApi(app)
  healthRoutes(app, deps)
  serviceRoutes(app, metrics)
  replicationGroupRoutes(app, context)
  replicationGroupChangeRoutes(app, context)
  cacheClusterRoutes(app, context)
  catalogueRoutes(app, context)
  parameterGroupRoutes(app, context)
  parameterRoutes(app, context)
  zoneOutageRoutes(app, context)
  snapshotRoutes(app, context)
  snapshotExportRoutes(app, context)
  await snapshotImportRoutes(app, context)
  serviceUpdateRoutes(app, context)
  await app.ready()
  return app
}

/** A kept-alive connection that was busy when closing began would hold up the close until the client drops it. */
function closeConnectionsAsTheyFallIdle({ server }: App): void {
  if (!server.listening) return
  const timer = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS)
  server.once('close', () => clearInterval(timer))
}

const requestId = () => newId('request', randomBytes)

function newServer(log: Logger): App {
  const loggerInstance: FastifyBaseLogger = log
  return Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestId,
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT_BYTES,
    // Bodies have a deadline of ours.
    requestTimeout: 0,
    http: { connectionsCheckingInterval: CHECK_CONNECTIONS_EVERY_MS, headersTimeout: HEADERS_TIMEOUT_MS },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PATH_SEGMENT },
    frameworkErrors: (error, request, reply) => answerError(error, request, reply),
    clientErrorHandler: (error, socket) => answerClientError(error, socket, requestId()),
  }).withTypeProvider<ZodTypeProvider>()
}
