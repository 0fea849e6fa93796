import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { databaseUrl, execute } from './postgres.ts'
import { SIMULATION_TEMPLATE, TEMPLATE } from './template-names.ts'

/** Set by a program that runs without vitest and has started the server itself. */
export const ADMIN_URL_VARIABLE = 'CACHEPLANE_TEST_POSTGRES_URL'

export interface FreshDatabase {
  url: string
  drop(): Promise<void>
}

/**
 * A migrated, empty database of the caller's own, cloned in some 50 ms. In a `simulation` one, `clock_now()` reads the
 * one row of `sim_clock`.
 */
export async function freshDatabase(kind: 'real' | 'simulation' = 'real'): Promise<FreshDatabase> {
  const adminUrl = process.env[ADMIN_URL_VARIABLE] ?? inject('postgresAdminUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  const template = kind === 'real' ? TEMPLATE : SIMULATION_TEMPLATE
  await execute(adminUrl, [`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`])
  return {
    url: databaseUrl(adminUrl, name),
    drop: () => execute(adminUrl, [`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`]),
  }
}
