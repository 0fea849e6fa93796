import { connectReplicationGroup } from '@cacheplane/patterns'
import { Pool } from 'pg'
import type { Figures } from './figures.ts'
import { buildShop } from './shop.ts'

/** How an instance is started: as JSON in its environment. */
export interface InstanceSettings {
  name: string
  databaseUrl: string
  secret: string
  primaryEndpoint: { address: string; port: number }
}

/** What its starter says to it, and what it answers. */
export type Order = { kind: 'cache'; isOn: boolean } | { kind: 'figures' }
export type Answer = { kind: 'listening'; url: string } | { kind: 'figures'; figures: Figures }

const settings = JSON.parse(process.env.DEMO_INSTANCE ?? '{}') as InstanceSettings
const { name, secret, databaseUrl, primaryEndpoint } = settings
const pool = new Pool({ connectionString: databaseUrl, max: 10 })
pool.on('error', () => undefined)
const { primary } = connectReplicationGroup({ primaryEndpoint })
const { app, products, takeFigures } = await buildShop({ name, pool, secret, redis: primary })
const answer = (message: Answer): void => void process.send?.(message)

process.on('message', (order: Order) => {
  if (order.kind === 'cache') products.isCached = order.isOn
  else answer({ kind: 'figures', figures: takeFigures() })
})
// Without its starter it has nobody to serve.
process.on('disconnect', () => process.exit(0))
answer({ kind: 'listening', url: await app.listen({ host: '127.0.0.1', port: 0 }) })
