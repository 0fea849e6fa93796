import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { findFreePort } from '../../docker/bootstrap/free-port.ts'
import { untilPong } from './until-pong.ts'

const run = promisify(execFile)
/** The engine that everything by hand is done with. */
export const IMAGE = 'cacheplane/engine:valkey-8.1'

/** The same engine by hand: what somebody does who wants one cache on one machine, and nothing more. */
export class BareCaches {
  readonly #names = new Set<string>()

  /** `docker run` until PONG, in milliseconds. */
  async start(): Promise<number> {
    const port = await findFreePort()
    const name = `cacheplane-bench-${randomBytes(4).toString('hex')}`
    const begun = performance.now()
    this.#names.add(name)
    await run('docker', [
      ...['run', '-d', '--name', name, '-p', `127.0.0.1:${port}:${port}`, '--memory', '512m', IMAGE],
      ...['valkey-server', '--port', String(port), '--bind', '0.0.0.0', '--protected-mode', 'no'],
    ])
    await untilPong(port)
    return performance.now() - begun
  }

  async removeAll(): Promise<void> {
    if (this.#names.size > 0) await run('docker', ['rm', '--force', '--volumes', ...this.#names])
    this.#names.clear()
  }
}
