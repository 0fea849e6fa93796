import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrate } from '@cacheplane/store'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../docker/bootstrap/embedded-postgres.ts'
import { findFreePort } from '../../docker/bootstrap/free-port.ts'
import { TEMPLATE } from './template-name.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresAdminUrl: string
  }
}

export const PRISMA_DIR = fileURLToPath(new URL('../../prisma', import.meta.url))

/**
 * A power failure may lose what these servers hold, as nothing in them outlives the run; their own crash may not. No
 * vacuum comes when it likes: with one, the same statements would not always find their rows in the same order.
 */
const THROW_AWAY = {
  fsync: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  jit: 'off',
  unix_socket_directories: tmpdir(),
}

export interface ThrowAwayServer extends EmbeddedPostgres {
  /** Starts it again, on the same port, after a stop. */
  start(): Promise<void>
  /** Stops it and removes every file of it. */
  remove(): Promise<void>
}

/** A PostgreSQL server of a test's own, in a temporary folder. */
export async function startThrowAwayServer(): Promise<ThrowAwayServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cacheplane-postgres-'))
  // The server runs as a user of its own, who must be able to enter.
  await chmod(folder, 0o711)
  const options = {
    dataDir: path.join(folder, 'data'),
    port: await findFreePort(),
    password: randomBytes(16).toString('hex'),
    settings: THROW_AWAY,
  }
  const server = await startEmbeddedPostgres(options)
  return {
    ...server,
    start: async () => void (await startEmbeddedPostgres(options)),
    remove: async () => {
      await server.stop('immediate')
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

/** Vitest's global set-up: one server for all files of a project, with the migrated database that tests' own are cloned from. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTemplateServer()
  project.provide('postgresAdminUrl', server.adminUrl)
  return () => server.remove()
}

/** A server with the migrated database that others are cloned from. */
export async function startTemplateServer(): Promise<ThrowAwayServer> {
  const server = await startThrowAwayServer()
  try {
    await execute(server.adminUrl, [`CREATE DATABASE ${TEMPLATE}`])
    await migrate(databaseUrl(server.adminUrl, TEMPLATE), PRISMA_DIR)
    return server
  } catch (error) {
    await server.remove()
    throw error
  }
}

export function databaseUrl(adminUrl: string, name: string): string {
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return url.href
}

/** Runs fixed statements one after the other on a connection of their own. */
export async function execute(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
