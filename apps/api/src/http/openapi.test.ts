import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quietApp } from '../testing/quiet-app.ts'
import type { App } from './types.ts'

interface Operation {
  summary?: string
  responses: Record<string, { description: string; content?: Record<string, unknown> }>
}

let app: App
let text = ''
let paths: Record<string, Record<string, Operation>> = {}
beforeAll(async () => {
  app = await quietApp()
  text = (await app.inject('/openapi.json')).body
  paths = JSON.parse(text).paths
})
afterAll(() => app.close())

describe('the description of the API', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()
    expect(await validator.validate(JSON.parse(text))).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  it('has every route under /v1', () => {
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const served = [...app.knownRoutes]
      .filter(([url]) => url.startsWith('/v1/'))
      .flatMap(([url, methods]) =>
        [...methods]
          .filter((method) => method !== 'HEAD')
          .map((method) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`),
      )
    expect(served.length).toBeGreaterThan(10)
    expect(described).toEqual(expect.arrayContaining(served))
  })

  it('says of every operation what it is for and how it may fail', () => {
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const name = `${method} ${path}`
        expect(operation.summary, name).toBeTruthy()
        expect(
          Object.values(operation.responses).map((response) => response.description),
          name,
        ).not.toContain('Default Response')
        if (!path.startsWith('/v1/')) continue
        for (const status of ['400', '401', '500', '503']) {
          expect(Object.keys(operation.responses[status]?.content ?? {}), `${name} ${status}`).toEqual([
            'application/problem+json',
          ])
        }
      }
    }
  })

  it('shows no token, no digest and no address of a machine', () => {
    expect(text).not.toMatch(/"authToken":\s*"|\/work\/|postgres:\/\/|redis:\/\//)
  })

  it('is a page that loads nothing from elsewhere', async () => {
    const page = await app.inject('/docs')
    expect(page.statusCode).toBe(200)
    const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '')
    expect(sources.length).toBeGreaterThan(3)
    for (const source of sources) {
      expect(source).toMatch(/^\/docs\//)
      expect((await app.inject(source)).statusCode, source).toBe(200)
    }
    expect(page.headers['content-security-policy']).toContain("default-src 'self'")
  })
})
