import pg from 'pg'
import type { Service } from './service.ts'

/** Where the workflows that are not at home stand and why: what somebody needs who asks why nothing comes of a wish. */
export async function describeUnrest({ installation }: Service): Promise<string> {
  const client = new pg.Client({ connectionString: installation.config.DATABASE_URL })
  try {
    await client.connect()
    const { rows } = await client.query<{ line: string }>(
      `SELECT format('%s of %s at %s since attempt %s, due %s: %s', kind, subject_id, step, attempts, run_at,
        COALESCE(last_error, because, '')) AS line FROM workflow WHERE step <> 'wait' ORDER BY kind, id`,
    )
    return rows.map(({ line }) => `\n  ${line}`).join('')
  } catch (error) {
    return `\n  the database does not tell: ${String(error)}`
  } finally {
    await client.end().catch(() => undefined)
  }
}
