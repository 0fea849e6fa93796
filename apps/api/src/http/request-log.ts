import type { App } from './types.ts'

/** One line per request: no path, no query, no header, no body; the route says enough and names nobody's secrets. */
export function logRequests(app: App): void {
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        accessKeyId: request.principal?.accessKeyId ?? null,
      },
      'request',
    )
    done()
  })
}
