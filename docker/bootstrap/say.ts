const QUIET_MS = 1_500

/** A failure that is told in one sentence; no stack trace helps the reader. */
export class Obstacle extends Error {
  override readonly name = 'Obstacle'
}

export function say(message: string): void {
  console.log(message)
}

export type Progress = (message: string) => void

/** Runs one step of the start and tells how long it took; a step that takes its time announces itself. */
export async function step<Result>(
  title: string,
  work: (progress: Progress) => Promise<Result>,
  conclude: (result: Result) => string = () => 'ready',
): Promise<Result> {
  const started = performance.now()
  const announce = setTimeout(() => say(`- ${title} ...`), QUIET_MS)
  try {
    const result = await work((message) => say(`    ${message}`))
    clearTimeout(announce)
    say(`- ${title}: ${conclude(result)} (${seconds(performance.now() - started)})`)
    return result
  } finally {
    clearTimeout(announce)
  }
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}

/**
 * Runs a program to its end: an obstacle is told as a sentence, a bug with its stack. Then the process ends at once,
 * because idle connections would keep it for seconds.
 */
export async function runMain(main: () => Promise<number>): Promise<never> {
  // Whoever read our output may have gone, as in `npm run up | head`: the work goes on.
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)
  try {
    process.exit(await main())
  } catch (error) {
    console.error(error instanceof Obstacle ? `\n${error.message}` : error)
    process.exit(1)
  }
}
