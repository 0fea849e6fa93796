import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { statePath } from './installation.ts'

const POLL_MS = 300

/** Copies what the service logs from now on to the terminal, until aborted. */
export async function followLogs(
  stateDir: string,
  names: readonly string[],
  stop: AbortSignal,
): Promise<void> {
  const files = names.map((name) => join(statePath(stateDir, 'log'), `${name}.log`))
  const positions = new Map<string, number>()
  for (const file of files) positions.set(file, await sizeOf(file))
  while (!stop.aborted) {
    for (const file of files) positions.set(file, await copyNew(file, positions.get(file) ?? 0))
    await sleep(POLL_MS, undefined, { signal: stop }).catch(() => undefined)
  }
}

async function copyNew(file: string, from: number): Promise<number> {
  const size = await sizeOf(file)
  if (size === from) return from
  const start = size < from ? 0 : from
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start)
    process.stdout.write(buffer.subarray(0, bytesRead))
    return start + bytesRead
  } finally {
    await handle.close()
  }
}

async function sizeOf(file: string): Promise<number> {
  const handle = await open(file, 'r').catch(() => null)
  if (handle === null) return 0
  try {
    return (await handle.stat()).size
  } finally {
    await handle.close()
  }
}
