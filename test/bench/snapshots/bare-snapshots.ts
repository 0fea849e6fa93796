import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { findFreePort } from '../../../docker/bootstrap/free-port.ts'
import { RespClient } from '../../support/resp-client.ts'
import { untilPong } from '../until-pong.ts'

const run = promisify(execFile)
const IMAGE = 'cacheplane/engine:valkey-8.1'
const LOOK_EVERY_MS = 20
const WITHIN_MS = 5_000

/** Backups by hand: what somebody does with one engine, `docker` and a folder. */
export class BareSnapshots {
  readonly #names = new Set<string>()

  private constructor(readonly folder: string) {}

  static async open(): Promise<BareSnapshots> {
    return new BareSnapshots(await mkdtemp(join(tmpdir(), 'cacheplane-bench-')))
  }

  get file(): string {
    return join(this.folder, 'dump.rdb')
  }

  /** An engine that begins with the file; returns its port, and the milliseconds until PONG. */
  async start(): Promise<{ name: string; port: number; ms: number }> {
    const port = await findFreePort()
    const name = `cacheplane-bench-${randomBytes(4).toString('hex')}`
    const begun = performance.now()
    this.#names.add(name)
    await run('docker', [
      ...[
        'run',
        '-d',
        '--name',
        name,
        '-p',
        `127.0.0.1:${port}:${port}`,
        '-v',
        `${this.folder}:/data`,
        ...['--user', '0'],
        IMAGE,
      ],
      ...['valkey-server', '--port', String(port), '--bind', '0.0.0.0', '--protected-mode', 'no'],
      ...['--dir', '/data', '--save', ''],
    ])
    await untilPong(port)
    return { name, port, ms: performance.now() - begun }
  }

  /** `BGSAVE` and `docker cp`, in milliseconds. */
  async save({ name, port }: { name: string; port: number }): Promise<number> {
    const client = await RespClient.open({ port })
    const copy = join(this.folder, 'copy.rdb')
    try {
      const begun = performance.now()
      await client.ask([['BGSAVE']], WITHIN_MS)
      while (await isSaving(client)) await sleep(LOOK_EVERY_MS)
      await run('docker', ['cp', `${name}:/data/dump.rdb`, copy])
      return performance.now() - begun
    } finally {
      client.close()
      await rm(copy, { force: true })
    }
  }

  async remove({ name }: { name: string }): Promise<void> {
    await run('docker', ['rm', '--force', '--volumes', name])
    this.#names.delete(name)
  }

  async close(): Promise<void> {
    for (const name of this.#names) await this.remove({ name })
    await rm(this.folder, { recursive: true, force: true })
  }
}

async function isSaving(client: RespClient): Promise<boolean> {
  const [info] = await client.ask([['INFO', 'persistence']], WITHIN_MS)
  return /rdb_bgsave_in_progress:1/.test(String(info))
}
