import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { inject } from 'vitest'
import { databaseUrl, execute, startTemplateServer, type ThrowAwayServer } from './postgres.ts'
import { DatabaseClock } from './database-clock.ts'
import { TEMPLATE } from './template-name.ts'

/** Set in a program that runs without vitest. */
const ADMIN_URL_VARIABLE = 'CACHEPLANE_TEST_POSTGRES_URL'

/** Nothing of a simulation outlives its server, and the same statement has to be carried out in the same way each time. */
const SIMULATION_SESSION =
  '?host=' +
  encodeURIComponent(tmpdir()) +
  '&options=' +
  encodeURIComponent('-c synchronous_commit=off -c plan_cache_mode=force_generic_plan')

/** What vitest's global set-up does, for a program that runs without it: from here on there are fresh databases. */
export async function serveFreshDatabases(): Promise<ThrowAwayServer> {
  const server = await startTemplateServer()
  process.env[ADMIN_URL_VARIABLE] = server.adminUrl
  return server
}

export interface FreshDatabase {
  url: string
  /** Of a `simulation` one: moves its clock on. */
  pass(ms: number): void
  drop(): Promise<void>
}

/**
 * A migrated, empty database of the caller's own, cloned in some 50 ms. In a `simulation` one, time passes only by hand.
 */
export async function freshDatabase(kind: 'real' | 'simulation' = 'real'): Promise<FreshDatabase> {
  const adminUrl = process.env[ADMIN_URL_VARIABLE] ?? inject('postgresAdminUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  await execute(adminUrl, [`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} STRATEGY file_copy`])
  const url = databaseUrl(adminUrl, name)
  const clock = kind === 'real' ? null : await DatabaseClock.install(url)
  return {
    url: clock === null ? url : url + SIMULATION_SESSION,
    pass: (ms) => {
      if (clock === null) throw new Error('the time of a real database passes by itself')
      clock.pass(ms)
    },
    drop: async () => {
      await execute(adminUrl, [`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`])
      await clock?.remove()
    },
  }
}
