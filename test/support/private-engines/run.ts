import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** What a program printed; throws with what it complained of. */
export async function run(program: string, ...args: string[]): Promise<string> {
  return (await execute(program, args)).stdout
}

/** For cleaning up: what is not there need not go. */
export async function tryRun(program: string, ...args: string[]): Promise<void> {
  await run(program, ...args).catch(() => undefined)
}
