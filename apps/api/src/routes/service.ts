import type { Registry } from 'prom-client'
import { z } from 'zod'
import type { App } from '../http/types.ts'
import { problems } from '../schemas/problem.ts'

/** What describes the service itself: its metrics, and its API. */
export function serviceRoutes(app: App, metrics: Registry): void {
  app.route({
    method: 'GET',
    url: '/metrics',
    schema: {
      tags: ['Service'],
      summary: 'Prometheus metrics; needs a key like everything else',
      response: {
        200: { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } },
        ...problems({ body: false }),
      },
    },
    handler: async (_request, reply) => {
      const text = await metrics.metrics()
      return reply.code(200).type(metrics.contentType).send(text)
    },
  })

  let document: string | null = null
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    document ??= JSON.stringify(app.swagger())
    return reply.type('application/json').send(document)
  })
}
