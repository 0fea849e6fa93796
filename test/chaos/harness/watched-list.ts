import { setTimeout as sleep } from 'node:timers/promises'
import { converse, discover, type Discovered } from '../../support/discovery-client.ts'

const LOOK_EVERY_MS = 50

/** Somebody who reads the list of a configuration endpoint all the time, and tries every node of a list that is new. */
export class WatchedList {
  readonly violations: string[] = []
  readonly seen: Discovered[] = []
  #isOver = false
  readonly #watch: Promise<void>

  constructor(private readonly port: number) {
    this.#watch = this.#look()
  }

  get latest(): Discovered {
    const latest = this.seen.at(-1)
    if (latest === undefined) throw new Error('no list has been seen')
    return latest
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#watch
  }

  async #look(): Promise<void> {
    while (!this.#isOver) {
      await this.#lookOnce().catch((error: unknown) => this.violations.push(`no list: ${String(error)}`))
      await sleep(LOOK_EVERY_MS)
    }
  }

  async #lookOnce(): Promise<void> {
    const list = await discover(this.port)
    if (list === null) {
      this.violations.push('the endpoint shows no list')
      return
    }
    const before = this.seen.at(-1)
    if (before?.version === list.version) {
      if (before.nodes.join() !== list.nodes.join())
        this.violations.push(`version ${list.version} names other nodes than before`)
      return
    }
    if (before !== undefined && list.version < before.version)
      this.violations.push(`version ${list.version} follows ${before.version}`)
    this.seen.push(list)
    await Promise.all(list.nodes.map((node) => this.#try(list.version, node)))
  }

  async #try(version: number, node: string): Promise<void> {
    const said = await converse(Number(node.split('|')[2]), ['version\r\n']).catch(String)
    if (!said.startsWith('VERSION')) this.violations.push(`version ${version} names ${node}: ${said}`)
  }
}
