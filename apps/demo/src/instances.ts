import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { sumFigures, type Figures } from './figures.ts'
import type { Answer, InstanceSettings, Order } from './instance.ts'

const PROGRAM = fileURLToPath(new URL('./instance.ts', import.meta.url))
/** The library as it stands here, not as it was last built. */
const FROM_SOURCES = ['--conditions=@cacheplane/source', '--import', 'tsx']
const PATIENCE_MS = 30_000

interface Running {
  child: ChildProcess
  url: string
}

/** The shop's processes. */
export class Instances {
  readonly #running: Running[] = []
  #turn = 0

  async start(settings: InstanceSettings): Promise<void> {
    const child = spawn(process.execPath, [...FROM_SOURCES, PROGRAM], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, DEMO_INSTANCE: JSON.stringify(settings) },
    })
    const answer = await hear(child)
    if (answer.kind !== 'listening') throw new Error(`${settings.name} did not say where it listens`)
    this.#running.push({ child, url: answer.url })
  }

  /** Whose turn it is. */
  next(): string {
    const one = this.#running[this.#turn++ % this.#running.length]
    if (one === undefined) throw new Error('no instance runs')
    return one.url
  }

  setCache(isOn: boolean): void {
    for (const { child } of this.#running) child.send({ kind: 'cache', isOn } satisfies Order)
  }

  async takeFigures(): Promise<Figures> {
    const answers = this.#running.map(async ({ child }) => {
      const heard = hear(child)
      child.send({ kind: 'figures' } satisfies Order)
      return heard
    })
    return sumFigures(
      (await Promise.all(answers)).flatMap((one) => (one.kind === 'figures' ? [one.figures] : [])),
    )
  }

  stop(): void {
    for (const { child } of this.#running.splice(0)) child.kill('SIGTERM')
  }
}

/** The next thing that the child says. */
async function hear(child: ChildProcess): Promise<Answer> {
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(PATIENCE_MS)])
  const heard = once(child, 'message', { signal })
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error('an instance of the shop ended')
  })
  ended.catch(() => undefined)
  try {
    const [answer] = (await Promise.race([heard, ended])) as [Answer]
    return answer
  } finally {
    over.abort()
  }
}
