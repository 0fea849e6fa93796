import { randomBytes } from 'node:crypto'
import { run, tryRun } from './run.ts'

/**
 * A network of a test's own: a bridge in a namespace of its own, so that no rule of the host's firewall has to be touched, with
 * this machine at `.1` and a namespace for every engine.
 */
export class Switchboard {
  readonly #id = randomBytes(3).toString('hex')
  /** Of the range that is set aside for benchmarks of networks (RFC 2544). */
  readonly #prefix = `198.18.${randomBytes(1)[0] ?? 0}`
  readonly #namespaces: string[] = []

  static async open(): Promise<Switchboard> {
    const board = new Switchboard()
    const hub = await board.#namespace('hub')
    try {
      await run('ip', 'netns', 'exec', hub, 'ip', 'link', 'add', 'bridge', 'type', 'bridge')
      await run('ip', 'netns', 'exec', hub, 'ip', 'link', 'set', 'bridge', 'up')
      await board.#plug(`cp${board.#id}`)
      await run('ip', 'addr', 'add', `${board.#prefix}.1/24`, 'dev', `cp${board.#id}`)
      await run('ip', 'link', 'set', `cp${board.#id}`, 'up')
    } catch (error) {
      await board.close()
      throw error
    }
    return board
  }

  /** A namespace with an address on the network. */
  async join(number: number): Promise<{ namespace: string; address: string }> {
    const namespace = await this.#namespace(`e${number}`)
    const link = `cp${this.#id}e${number}`
    const address = `${this.#prefix}.${10 + number}`
    await this.#plug(link)
    await run('ip', 'link', 'set', link, 'netns', namespace, 'name', 'eth0')
    const inside = (...args: string[]) => run('ip', '-n', namespace, ...args)
    await inside('link', 'set', 'lo', 'up')
    await inside('addr', 'add', `${address}/24`, 'dev', 'eth0')
    await inside('link', 'set', 'eth0', 'up')
    await inside('route', 'add', 'default', 'via', `${this.#prefix}.1`)
    return { namespace, address }
  }

  async close(): Promise<void> {
    await tryRun('ip', 'link', 'delete', `cp${this.#id}`)
    for (const namespace of this.#namespaces) await tryRun('ip', 'netns', 'delete', namespace)
  }

  async #namespace(name: string): Promise<string> {
    const namespace = `cacheplane-${this.#id}-${name}`
    await run('ip', 'netns', 'add', namespace)
    this.#namespaces.push(namespace)
    return namespace
  }

  /** A cable from here to the bridge. */
  async #plug(link: string): Promise<void> {
    const [hub = ''] = this.#namespaces
    await run('ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', `${link}h`)
    await run('ip', 'link', 'set', `${link}h`, 'netns', hub)
    await run('ip', '-n', hub, 'link', 'set', `${link}h`, 'master', 'bridge', 'up')
  }
}
