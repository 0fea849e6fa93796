import type { IncomingMessage, ServerResponse } from 'node:http'
import type { App } from './types.ts'
import { answerClientError } from './errors.ts'

const deadlines = new WeakMap<IncomingMessage, NodeJS.Timeout>()

/**
 * A body has to be there so long after its headers. Node's own `requestTimeout` would be the same for every route, and one of
 * them takes files of any size: that one says so by `lift`, and sees to those who stall by itself.
 */
export function limitBodies(app: App, withinMs: number, requestId: () => string): void {
  const { server } = app
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers
    if (coding === undefined && length === '0') return
    const timer = setTimeout(() => cutOff(request, response, requestId()), withinMs)
    deadlines.set(request, timer)
    request.once('end', () => clearTimeout(timer))
    request.once('close', () => clearTimeout(timer))
  })
  // Without a listener Node would ask for every body, wanted or not.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) =>
    server.emit('request', request, response),
  )
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (request.routeOptions.config.asksForBody !== true) askForBody(request.raw, reply.raw)
    done(null, payload)
  })
}

/** Its body may take as long as it comes. */
export function lift(request: IncomingMessage): void {
  clearTimeout(deadlines.get(request))
}

/** Asks for a body that waits to be asked for; until then the answer alone is an answer. */
export function askForBody(request: IncomingMessage, response: ServerResponse): void {
  if (/^100-continue$/i.test(request.headers.expect ?? '')) response.writeContinue()
}

function cutOff(request: IncomingMessage, response: ServerResponse, requestId: string): void {
  // Whoever has had an answer gets no second one.
  if (response.headersSent) request.destroy()
  else answerClientError(Object.assign(new Error(), { code: LATE }), request.socket, requestId)
}

const LATE = 'ERR_HTTP_REQUEST_TIMEOUT'
