import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'

const SILENCE_MAX_MS = 1_500

/** A process with a watchdog that says so, and then does what it is told to. */
async function startWatched(then: string) {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-'))
  const sources = ['watchdog.ts', 'watchdog-thread.ts'].map((name) =>
    fileURLToPath(new URL(name, import.meta.url)),
  )
  const options = { outExtension: { '.js': '.mjs' }, format: 'esm', platform: 'node' } as const
  buildSync({ entryPoints: sources, outdir: folder, ...options })
  const program = `
    import { startWatchdog } from './watchdog.mjs'
    startWatchdog(new URL('watchdog-thread.mjs', import.meta.url), ${SILENCE_MAX_MS})
    setInterval(() => undefined, 1_000)
    setTimeout(() => { console.log('ready'); ${then} }, 1_000)`
  writeFileSync(join(folder, 'watched.mjs'), program)
  const child = spawn(process.execPath, [join(folder, 'watched.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  await once(child.stdout, 'data')
  return child
}

test('a process whose event loop stands still is killed', async () => {
  const child = await startWatched('for (;;);')
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  expect(signal).toBe('SIGKILL')
})

test('a process that was frozen from outside may go on when it thaws', async () => {
  // Mostly at work, so that its thread is the first to look when both thaw.
  const work =
    'setInterval(() => { for (const end = performance.now() + 200; performance.now() < end; ); }, 10)'
  const child = await startWatched(work)
  child.kill('SIGSTOP')
  await sleep(2 * SILENCE_MAX_MS)
  child.kill('SIGCONT')
  await sleep(SILENCE_MAX_MS)
  expect(child.signalCode).toBeNull()
})
