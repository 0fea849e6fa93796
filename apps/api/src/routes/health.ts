import { setTimeout as sleep } from 'node:timers/promises'
import { type Catalogue, type Clock, seconds, ServiceError } from '@cacheplane/domain'
import { z } from 'zod'
import type { App } from '../http/types.ts'
import { answer } from '../schemas/common.ts'
import { problems } from '../schemas/problem.ts'

const SURVEY_IS_FRESH_MS = seconds(60)
const PATIENCE_MS = seconds(2)
const tags = ['Service']
const Health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' })

export function healthRoutes(app: App, { catalogue, clock }: { catalogue: Catalogue; clock: Clock }): void {
  app.route({
    method: 'GET',
    url: '/healthz',
    schema: { tags, summary: 'The process is up', security: [], response: { 200: answer('It is.', Health) } },
    handler: async (_request, reply) => reply.code(200).send({ status: 'ok' }),
  })

  app.route({
    method: 'GET',
    url: '/readyz',
    schema: {
      tags,
      summary: 'Postgres answers, and a worker has reached a Docker engine within the last minute',
      security: [],
      response: { 200: answer('They do.', Health), ...problems({ body: false }) },
    },
    handler: async (_request, reply) => {
      const reason = await Promise.race([unready(catalogue, clock), tooSlow()])
      if (reason !== null) throw new ServiceError('ServiceUnavailable', reason)
      return reply.code(200).send({ status: 'ok' })
    },
  })
}

/** What is missing, null when nothing is. */
async function unready(catalogue: Catalogue, clock: Clock): Promise<string | null> {
  try {
    await catalogue.ping()
    const since = clock.now().getTime() - SURVEY_IS_FRESH_MS
    const engines = await catalogue.listEngines()
    const fresh = engines.some((engine) => engine.reachable && engine.surveyedAt.getTime() >= since)
    return fresh ? null : 'No Docker engine has been reached within the last minute; is a worker running?'
  } catch {
    return 'The database does not answer.'
  }
}

async function tooSlow(): Promise<string> {
  await sleep(PATIENCE_MS, undefined, { ref: false })
  return 'The database does not answer in time.'
}
