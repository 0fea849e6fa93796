import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { buildPrograms } from './build.ts'
import { ensureDockerEngine } from './docker-engine.ts'
import { imagesStep } from './images-step.ts'
import { runStaticCheck, STATIC_CHECKS, type CheckResult } from './run-check.ts'
import { PROJECTS, runProject } from './run-project.ts'
import { Obstacle, say, seconds, step } from './say.ts'
import type { Settings } from './settings.ts'

/** Prepares the machine, runs every check and test, and ends with the one line that counts. Returns the exit code. */
export async function runAllTests(settings: Settings): Promise<number> {
  const started = performance.now()
  const results: CheckResult[] = []
  const keep = (result: CheckResult): void => {
    results.push(result)
    report(result)
  }
  const tempDir = await makeTempDir()
  try {
    const statics = runStaticChecks(keep)
    keep(await prepare('engine', () => prepareEngine(settings)))
    keep(await prepare('programs', () => buildPrograms()))
    await statics
    for (const project of PROJECTS) {
      say(`\n=== ${project} ===`)
      keep(await runProject(project, tempDir))
    }
  } finally {
    await rm(tempDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
  return conclude(results, performance.now() - started)
}

/** What cannot be prepared counts as a failure; the rest goes on and shows what still works without it. */
async function prepare(name: string, work: () => Promise<void>): Promise<CheckResult> {
  const started = performance.now()
  const output = await work().then(
    () => '',
    (error: unknown) => (error instanceof Obstacle ? error.message : inspect(error)),
  )
  return { name, passed: 0, failed: output === '' ? 0 : 1, ms: performance.now() - started, output }
}

async function prepareEngine(settings: Settings): Promise<void> {
  const { dockerAddress, dockerAddressGiven } = settings
  const docker = await step('Docker engine', (progress) =>
    ensureDockerEngine(dockerAddress, dockerAddressGiven, progress),
  )
  await imagesStep(docker)
}

/** One after the other, beside the preparations, which mostly wait. */
async function runStaticChecks(keep: (result: CheckResult) => void): Promise<void> {
  for (const check of STATIC_CHECKS) keep(await runStaticCheck(check))
}

/** The database server, which is another user, must be able to enter it and to have its socket there. */
async function makeTempDir(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cacheplane-test-'))
  await chmod(folder, 0o1733)
  return folder
}

function report({ name, passed, failed, ms, output }: CheckResult): void {
  const verdict = failed > 0 ? 'FAILED' : 'ok'
  const count = passed + failed > 1 ? `, ${passed} passed, ${failed} failed` : ''
  say(`- ${name}: ${verdict}${count} (${seconds(ms)})`)
  if (failed > 0 && output !== '') say(output.trimEnd())
}

function conclude(results: readonly CheckResult[], ms: number): number {
  const passed = results.reduce((sum, result) => sum + result.passed, 0)
  const failed = results.reduce((sum, result) => sum + result.failed, 0)
  const broken = results.filter((result) => result.failed > 0).map(({ name }) => name)
  say(`\nAll of it took ${seconds(ms)}.${broken.length > 0 ? ` Look at: ${broken.join(', ')}.` : ''}`)
  say(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}
