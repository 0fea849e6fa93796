import { readdir, readFile } from 'node:fs/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import { docker } from '../../support/docker.ts'
import type { Service } from './service.ts'

/** Places outside of the sealed cells where one of the secrets can be read. */
export async function findSecrets(
  service: Service,
  secrets: readonly string[],
  answers: readonly string[],
): Promise<string[]> {
  const { DATABASE_URL, QUEUE_URL, CACHEPLANE_INSTALLATION } = service.installation.config
  const places = [
    ...answers.map((text) => ({ place: 'an answer of the API', text })),
    ...(await readFiles(await service.logFiles())),
    ...(await readTables(DATABASE_URL)),
    ...(await readQueue(QUEUE_URL)),
    ...(await readContainers(CACHEPLANE_INSTALLATION)),
    ...(await readProcesses()),
  ]
  const leaks = places.filter(({ text }) => secrets.some((secret) => text.includes(secret)))
  return [...new Set(leaks.map(({ place }) => `a secret can be read in ${place}`))]
}

interface Readable {
  place: string
  text: string
}

async function readFiles(files: readonly string[]): Promise<Readable[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'latin1').catch(() => '')))
  return texts.map((text, i) => ({ place: files[i] ?? '', text }))
}

/** Every row of every table as text, as a dump of the database would show it. */
async function readTables(databaseUrl: string): Promise<Readable[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const tables = await client.query<{ name: string }>(
      `SELECT quote_ident(table_name) AS name FROM information_schema.tables
       WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
    )
    const found: Readable[] = []
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`)
      found.push(...rows.map(({ text }) => ({ place: `table ${name}`, text })))
    }
    return found
  } finally {
    await client.end()
  }
}

async function readQueue(queueUrl: string): Promise<Readable[]> {
  // One that was stopped may still be on its way back.
  const client = new Redis(queueUrl, { maxRetriesPerRequest: 20 })
  client.on('error', () => undefined)
  try {
    const keys = await client.keys('*')
    return await Promise.all(
      keys.map(async (key) => ({ place: `queue key ${key}`, text: key + (await readKey(client, key)) })),
    )
  } finally {
    client.disconnect()
  }
}

/** `DUMP` would compress what we look for. */
async function readKey(client: Redis, key: string): Promise<string> {
  switch (await client.type(key)) {
    case 'string':
      return (await client.get(key)) ?? ''
    case 'hash':
      return JSON.stringify(await client.hgetall(key))
    case 'list':
      return (await client.lrange(key, 0, -1)).join(' ')
    case 'set':
      return (await client.smembers(key)).join(' ')
    case 'zset':
      return (await client.zrange(key, '0', '-1')).join(' ')
    case 'stream':
      return JSON.stringify(await client.xrange(key, '-', '+'))
    default:
      return ''
  }
}

async function readContainers(installation: string): Promise<Readable[]> {
  const filters = { label: [`dev.cacheplane.installation=${installation}`] }
  const containers = await docker.listContainers({ all: true, filters })
  return Promise.all(
    containers.map(async ({ Id, Names }) => {
      const container = docker.getContainer(Id)
      const inspected = await container.inspect().catch(() => null)
      const logs = await container.logs({ stdout: true, stderr: true }).catch(() => Buffer.alloc(0))
      return {
        place: `container ${Names[0]}`,
        text: JSON.stringify(inspected) + logs.toString('latin1'),
      }
    }),
  )
}

async function readProcesses(): Promise<Readable[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const files = pids.flatMap((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`])
  return readFiles(files)
}
