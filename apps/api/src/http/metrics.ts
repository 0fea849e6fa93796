import type { Catalogue } from '@cacheplane/domain'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { App } from './types.ts'
import type { Waiters } from './waiters.ts'

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600]

/** Prometheus: how long requests take by route, who is held, and what the Docker engines have left. */
export function observeRequests(app: App, catalogue: Catalogue, waiters: Waiters): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const durations = new Histogram({
    name: 'cacheplane_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [registry],
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1_000)
    done()
  })
  new Gauge({
    name: 'cacheplane_http_waiting_requests',
    help: 'Requests held by Prefer: wait.',
    registers: [registry],
    collect() {
      this.set(waiters.count)
    },
  })
  observeEngines(registry, catalogue)
  return registry
}

function observeEngines(registry: Registry, catalogue: Catalogue): void {
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['engine'], registers: [registry] })
  const memory = gauge('cacheplane_engine_memory_bytes', 'Memory of a Docker engine.')
  const reserved = gauge('cacheplane_engine_reserved_bytes', 'Memory promised to nodes on a Docker engine.')
  new Gauge({
    name: 'cacheplane_engine_reachable',
    help: '1 when the last survey reached the Docker engine.',
    labelNames: ['engine'],
    registers: [registry],
    async collect() {
      for (const gauges of [this, memory, reserved]) gauges.reset()
      // Without the database there is nothing to tell of engines, but still of this process.
      for (const engine of await catalogue.listEngines().catch(() => [])) {
        const labels = { engine: engine.engineId }
        this.set(labels, engine.reachable ? 1 : 0)
        memory.set(labels, engine.memoryBytes)
        reserved.set(labels, engine.reservedBytes)
      }
    },
  })
}
