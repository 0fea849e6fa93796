import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { statePath } from './installation.ts'
import { Obstacle } from './say.ts'

const READY_MS = 90_000

/** Waits until the service says that it is ready: the database answers and a worker has seen the Docker engine. */
export async function waitUntilReady(url: string, stateDir: string): Promise<void> {
  const deadline = performance.now() + READY_MS
  let answer = 'nothing yet'
  for (;;) {
    answer = await askReady(url)
    if (answer === 'ready') return
    if (performance.now() > deadline) break
    await sleep(100)
  }
  const logs = await Promise.all(['supervisor', 'api', 'worker'].map((name) => lastLines(stateDir, name)))
  throw new Obstacle(`The service did not become ready; ${url}/readyz said: ${answer}\n\n${logs.join('\n')}`)
}

async function askReady(url: string): Promise<string> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3_000) })
    return response.status === 200 ? 'ready' : `${response.status} ${(await response.text()).slice(0, 300)}`
  } catch (error) {
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
  }
}

async function lastLines(stateDir: string, name: string): Promise<string> {
  const file = join(statePath(stateDir, 'log'), `${name}.log`)
  const text = await readFile(file, 'utf8').catch(() => '')
  return `${file}:\n${text.trimEnd().split('\n').slice(-6).join('\n')}\n`
}
