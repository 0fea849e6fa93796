import { join } from 'node:path'
import { z } from 'zod'
import { readIfThere } from './private-file.ts'
import { runNode, type CheckResult } from './run-check.ts'

/** In this order: what is quick and close to the source comes first. */
export const PROJECTS = ['unit', 'integration', 'simulation', 'e2e', 'chaos'] as const

/** What we read of vitest's JSON report. */
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
})

/** Runs one vitest project; `tempDir` is what its tests get as the system's temporary folder. */
export async function runProject(name: (typeof PROJECTS)[number], tempDir: string): Promise<CheckResult> {
  const started = performance.now()
  const reportFile = join(tempDir, `${name}.json`)
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', name, '--passWithNoTests']
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const environment = { ...process.env, TMPDIR: tempDir, NODE_ENV: 'test' }
  const { code } = await runNode([...args, ...reporters], environment, true)
  const counts = countTests(await readIfThere(reportFile), code)
  return { name, ...counts, ms: performance.now() - started, output: '' }
}

/**
 * Passed and failed tests of a report. What fails outside of a test counts once: a file that cannot be loaded, a setup
 * that throws, a rejection that nobody handled.
 */
export function countTests(
  report: string | null,
  exitCode: number | null,
): { passed: number; failed: number } {
  const parsed = report === null ? null : Report.safeParse(JSON.parse(report))
  if (!parsed?.success) return { passed: 0, failed: exitCode === 0 ? 0 : 1 }
  const { numPassedTests, numFailedTests, testResults } = parsed.data
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  ).length
  const failed = numFailedTests + brokenFiles
  return { passed: numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed }
}
