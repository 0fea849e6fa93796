import { mkdtemp, chmod, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../../docker/bootstrap/embedded-postgres.ts'
import { findFreePort } from '../../../docker/bootstrap/free-port.ts'
import { Obstacle, runMain, say } from '../../../docker/bootstrap/say.ts'
import { openShop } from '../src/open-shop.ts'
import { writeReport } from '../src/report.ts'
import { Service } from '../src/service.ts'

const USAGE = 'npm run demo [-- --report]'
const PORT = 7790

async function main(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const unknown = args.filter((argument) => argument !== '--report')
  if (unknown.length > 0) throw new Obstacle(`${USAGE}; "${unknown.join(' ')}" is not known.`)
  const service = await Service.find(environment)
  if (service === null)
    throw new Obstacle('No installation is running here: npm run up -- --detach starts one.')
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  const database = await startDatabase()
  try {
    const shop = await openShop(service, database.url, Number(environment.DEMO_PORT ?? PORT))
    try {
      say(`- the shop is open at ${shop.url}`)
      if (args.includes('--report')) say(`\n${await writeReport(shop.room)}`)
      else if (!stop.signal.aborted) await once(stop.signal, 'abort')
    } finally {
      await shop.close()
    }
  } finally {
    await database.remove()
  }
  return 0
}

/** The shop's Postgres, which is gone with the demo. */
async function startDatabase(): Promise<{ url: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'cacheplane-demo-'))
  // The server runs as a user of its own, who must be able to enter.
  await chmod(folder, 0o711)
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, 'data'),
    port: await findFreePort(),
    password: randomBytes(16).toString('hex'),
  })
  return {
    url: server.adminUrl,
    remove: async () => {
      await server.stop('immediate')
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

await runMain(() => main(process.argv.slice(2), process.env))
