import { spawn } from 'node:child_process'
import { ROOT } from './settings.ts'

export interface CheckResult {
  name: string
  passed: number
  failed: number
  ms: number
  /** What the tool said; shown when something failed. */
  output: string
}

/** A tool that judges the source text as a whole: good or not. */
export interface StaticCheck {
  name: string
  args: readonly string[]
}

export const STATIC_CHECKS: readonly StaticCheck[] = [
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '--noEmit'] },
  { name: 'lint', args: ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0'] },
  { name: 'format', args: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'] },
  {
    name: 'boundaries',
    args: [
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      'apps',
      'packages',
    ],
  },
  { name: 'dead code', args: ['node_modules/knip/bin/knip.js', '--no-progress'] },
]

export async function runStaticCheck({ name, args }: StaticCheck): Promise<CheckResult> {
  const started = performance.now()
  const { code, output } = await runNode(args)
  return { name, passed: 0, failed: code === 0 ? 0 : 1, ms: performance.now() - started, output }
}

export interface Ended {
  code: number | null
  output: string
}

/** Runs a Node program in the repository and gathers what it prints; `echo` shows it at once, too. */
export function runNode(
  args: readonly string[],
  environment: Record<string, string | undefined> = process.env,
  echo = false,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], {
      cwd: ROOT,
      env: { ...environment, NO_COLOR: '1', FORCE_COLOR: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const gather = (chunk: Buffer): void => {
      output += chunk.toString('utf8')
      if (echo) process.stdout.write(chunk)
    }
    child.stdout.on('data', gather)
    child.stderr.on('data', gather)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}
