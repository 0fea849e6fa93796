import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { answersOn } from '../../docker/bootstrap/answers-on.ts'
import { ROOT } from '../../docker/bootstrap/settings.ts'
import type { Later } from './later.ts'

const PATIENCE_MS = 30_000

/** Starts a Node program and returns the id of its process once its port answers; what it says goes nowhere, unless it ends. */
export async function startServer(
  later: Later,
  port: number,
  args: readonly string[],
  environment: Record<string, string>,
): Promise<number> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  later.add(async () => {
    child.kill('SIGTERM')
    await ended
  })
  const deadline = performance.now() + PATIENCE_MS
  while (!(await answersOn(port))) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`${args.join(' ')} did not start`)
    await sleep(50)
  }
  return child.pid ?? 0
}
