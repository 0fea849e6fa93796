import { closeSync, openSync, writeSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execute } from './postgres.ts'

const DIGITS = 15

/**
 * What `clock_now()` of one database tells, moved by hand. The time is in a file that the server reads: to move it costs no
 * round trip, of which a simulation would need one for each of its moves.
 */
export class DatabaseClock {
  #elapsedMs = 0

  private constructor(
    private readonly folder: string,
    private readonly file: number,
  ) {
    this.pass(0)
  }

  /** Takes the place of real time in this database. */
  static async install(databaseUrl: string): Promise<DatabaseClock> {
    const folder = await mkdtemp(path.join(tmpdir(), 'cacheplane-clock-'))
    const place = path.join(folder, 'elapsed-ms')
    const clock = new DatabaseClock(folder, openSync(place, 'w', 0o644))
    // The server runs as a user of its own, who must be able to enter.
    await chmod(folder, 0o711)
    await execute(databaseUrl, [
      `CREATE OR REPLACE FUNCTION clock_now() RETURNS timestamptz LANGUAGE sql STABLE AS
        $$ SELECT timestamptz '2026-01-01T00:00:00Z' + pg_read_file('${place}')::float8 * interval '1 millisecond' $$`,
    ])
    return clock
  }

  pass(ms: number): void {
    this.#elapsedMs += ms
    writeSync(this.file, String(this.#elapsedMs).padStart(DIGITS), 0)
  }

  async remove(): Promise<void> {
    closeSync(this.file)
    await rm(this.folder, { recursive: true, force: true })
  }
}
