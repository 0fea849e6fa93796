import { ServiceError } from '@cacheplane/domain'
import type { App } from './types.ts'

/** Answers 405 with `Allow` where the path exists under another method, else 404. */
export function answerUnknownRoutes(app: App): void {
  const routes = new Map<string, Set<string>>()
  app.decorate('knownRoutes', routes)
  app.addHook('onRoute', ({ url, method }) => {
    const methods = routes.get(url) ?? new Set<string>()
    for (const name of [method].flat()) methods.add(name)
    routes.set(url, methods)
  })
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?')
    const allowed = [...routes].filter(([url]) => matches(url, path)).flatMap(([, methods]) => [...methods])
    if (allowed.length === 0)
      throw new ServiceError('NotFound', 'There is nothing at this path; /docs says what there is.')
    const list = [...new Set(allowed)].sort().join(', ')
    void reply.header('allow', list)
    throw new ServiceError('MethodNotAllowed', `This path answers ${list}.`)
  })
}

/** Segment by segment: `:name` stands for any one segment, `*` for the rest. */
function matches(url: string, path: string): boolean {
  const pattern = url.split('/')
  const parts = path.split('/')
  if (pattern.at(-1) === '*') return pattern.slice(0, -1).every((part, index) => part === parts[index])
  return (
    pattern.length === parts.length &&
    pattern.every((part, index) => (part.startsWith(':') ? parts[index] !== '' : part === parts[index]))
  )
}
