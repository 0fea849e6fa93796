import { readFile, rm, writeFile } from 'node:fs/promises'
import { statePath } from './installation.ts'
import { commandOf } from './processes.ts'
import { Obstacle } from './say.ts'

/** One `up` or `down` at a time per installation. The lock of a process that is gone counts for nothing. */
export async function withLock<Result>(stateDir: string, work: () => Promise<Result>): Promise<Result> {
  const file = statePath(stateDir, 'lock')
  await take(file)
  const release = (): Promise<void> => rm(file, { force: true })
  try {
    return await work()
  } finally {
    await release()
  }
}

async function take(file: string): Promise<void> {
  for (;;) {
    try {
      await writeFile(file, `${process.pid}\n`, { flag: 'wx', mode: 0o600 })
      return
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const holder = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10)
    if (
      Number.isInteger(holder) &&
      holder !== process.pid &&
      /\b(up|down)\.(mjs|ts)\b/.test(await commandOf(holder))
    ) {
      throw new Obstacle(
        `Another "npm run up" or "npm run down" is at work here (process ${holder}): wait for it to end.`,
      )
    }
    await rm(file, { force: true })
  }
}
