import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '@cacheplane/domain'
import { AesKeyring, migrate, openStore } from '@cacheplane/store'
import autocannon from 'autocannon'
import { buildPrograms } from '../../docker/bootstrap/build.ts'
import { findFreePort } from '../../docker/bootstrap/free-port.ts'
import { ROOT } from '../../docker/bootstrap/settings.ts'
import { PRISMA_DIR, startThrowAwayServer } from '../support/postgres.ts'
import { fillGroups } from './fill-groups.ts'
import type { Later } from './later.ts'
import type { Comparison } from './report.ts'
import { startServer } from './start-server.ts'

const ACCOUNT = '000000000000'
const GROUPS = 1_000
const CONNECTIONS = 20
const ROUND_SECONDS = 3

/**
 * Requests per second for a page of 100 groups out of 1,000: of the service, and of a route that sends the same rows as
 * they are. No worker and no Docker engine take part.
 */
export async function measureList(later: Later, rounds: number): Promise<Comparison> {
  await buildPrograms()
  const server = await startThrowAwayServer()
  later.add(() => server.remove())
  const key = randomBytes(32)
  const token = `cp_${randomBytes(16).toString('hex')}`
  await prepareDatabase(server.adminUrl, key, token)
  const bare = await startBareRoute(later, server.adminUrl)
  const service = await startService(later, server.adminUrl, key)
  const authorization = `Bearer ${token}`

  const baseline: number[] = []
  const product: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const bareRate = await load(bare, {})
    const serviceRate = await load(service, { authorization })
    // The first round warms both up.
    if (round === 0) continue
    baseline.push(bareRate)
    product.push(serviceRate)
  }
  return {
    name: 'list',
    what: 'a page of 100 of 1,000 groups / bare route',
    unit: '/s',
    baseline,
    product,
    goal: { atLeast: 0.5 },
  }
}

async function prepareDatabase(databaseUrl: string, key: Buffer, token: string): Promise<void> {
  await migrate(databaseUrl, PRISMA_DIR)
  await fillGroups(databaseUrl, ACCOUNT, GROUPS)
  const store = openStore({
    databaseUrl,
    keyring: new AesKeyring(key),
    networkPool: '10.96.0.0/12',
    portPool: { from: 10_000, to: 22_000 },
    quarantineMs: 0,
    spareNetworks: 0,
    memoryReserveBytes: 0,
    poolSize: 1,
  })
  const secretAccessKey = new Secret(randomBytes(30).toString('base64url'))
  await store.ensureAccessKey({
    accountId: ACCOUNT,
    accessKeyId: 'bench',
    token: new Secret(token),
    secretAccessKey,
  })
  await store.close()
}

async function startBareRoute(later: Later, databaseUrl: string): Promise<string> {
  const port = await findFreePort()
  await startServer(later, port, ['--import', 'tsx', join(import.meta.dirname, 'bare-route.ts')], {
    DATABASE_URL: databaseUrl,
    BENCH_PORT: String(port),
  })
  return `http://127.0.0.1:${port}/${ACCOUNT}`
}

/** As `npm run up` starts it, except that nobody reads its log and that it has no queue and no vault, which a list does not use. */
async function startService(later: Later, databaseUrl: string, key: Buffer): Promise<string> {
  const port = await findFreePort()
  const program = [join(ROOT, 'apps/api/dist/server.js')]
  await startServer(later, port, program, {
    DATABASE_URL: databaseUrl,
    QUEUE_URL: 'redis://127.0.0.1:1',
    CACHEPLANE_SECRET_KEY: key.toString('base64'),
    CACHEPLANE_LISTEN: `127.0.0.1:${port}`,
    CACHEPLANE_ACCOUNT_ID: ACCOUNT,
    // Nobody looks into it.
    CACHEPLANE_VAULT: join(tmpdir(), 'cacheplane-bench-no-vault'),
  })
  return `http://127.0.0.1:${port}/v1/replication-groups?maxRecords=100`
}

/** Requests per second over some seconds; every answer must be a good one. */
async function load(url: string, headers: Record<string, string>): Promise<number> {
  const result = await autocannon({ url, headers, connections: CONNECTIONS, duration: ROUND_SECONDS })
  if (result.non2xx + result.errors > 0)
    throw new Error(`${url}: ${result.non2xx + result.errors} requests failed`)
  return result.requests.total / result.duration
}
