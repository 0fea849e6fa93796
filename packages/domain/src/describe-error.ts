import { Bug, ServiceError } from './errors.ts'

/** For logs and rows: our own errors by their message, foreign ones by name and code only, as theirs may quote arguments. */
export function describeError(error: unknown): string {
  if (error instanceof Bug || error instanceof ServiceError) return `${error.name}: ${error.message}`
  if (!(error instanceof Error)) return 'something that is no Error'
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : ''
  return `${error.name}${code}`
}

/** Where it happened, without the message, which may quote arguments. */
export function stackFrames(error: unknown): string[] {
  if (!(error instanceof Error) || error.stack === undefined) return []
  return error.stack.split('\n').filter((line) => line.trimStart().startsWith('at '))
}
