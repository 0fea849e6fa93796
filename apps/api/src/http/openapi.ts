import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { createJsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { App } from './types.ts'

/** OpenAPI 3.1 at /openapi.json, made from the schemas that validate requests; a page of it at /docs that needs no network. */
export async function describeApi(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Cacheplane',
        version: '1',
        description:
          'Managed Redis, Valkey and Memcached on Docker engines you own, with the names and rules of Amazon ElastiCache. ' +
          'Changes are asynchronous: answers are 202 with the resource as it stands. With `Prefer: wait=60` the answer is held ' +
          'until the resource has settled (200, or 204 after a delete) or the time is up (202).',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
    transform: createJsonSchemaTransform({ skipList: [] }),
    transformObject: (document) => withoutUnused(jsonSchemaTransformObject(document)),
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { docExpansion: 'list', persistAuthorization: false },
  })
}

/** The generator lists every schema for input and for output; only those that something refers to are worth a reader's time. */
function withoutUnused<Document extends object>(document: Document): Document {
  const components = 'components' in document ? document.components : undefined
  if (typeof components !== 'object' || components === null || !('schemas' in components)) return document
  const schemas = components.schemas
  if (typeof schemas !== 'object' || schemas === null) return document
  const wanted = new Set<string>()
  const visit = (value: unknown): void => {
    for (const [, name] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (name === undefined || wanted.has(name)) continue
      wanted.add(name)
      visit((schemas as Record<string, unknown>)[name] ?? null)
    }
  }
  visit('paths' in document ? document.paths : {})
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => wanted.has(name)))
  return { ...document, components: { ...components, schemas: kept } }
}
