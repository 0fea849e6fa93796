import { type ErrorDetail, ServiceError } from '../errors.ts'

const SHOWABLE = /^[\w.:/-]{1,64}$/

/**
 * Collects what is wrong with a request, so that a caller learns everything at once. ElastiCache reports wrong values
 * before wrong combinations (elasticache-reference, 2.1), and only one code fits in an answer, so values go first.
 */
export class Findings {
  readonly #values: ErrorDetail[] = []
  readonly #combinations: ErrorDetail[] = []

  value(path: string, message: string): void {
    this.#values.push({ path, message })
  }

  combination(path: string, message: string): void {
    this.#combinations.push({ path, message })
  }

  throwIfAny(): void {
    if (this.#values.length > 0) throw refusal('InvalidParameterValue', this.#values)
    if (this.#combinations.length > 0) throw refusal('InvalidParameterCombination', this.#combinations)
  }
}

/** ElastiCache's sentence for a member that is missing. */
export function missing(path: string): string {
  return `The parameter ${path} must be provided and must not be null.`
}

/** A caller's text inside a sentence of ours: shown when it is harmless, otherwise only mentioned. */
export function shown(text: string): string {
  return SHOWABLE.test(text) ? text : 'what was given'
}

function refusal(
  code: 'InvalidParameterValue' | 'InvalidParameterCombination',
  details: readonly ErrorDetail[],
): ServiceError {
  const sentences = new Set(details.map((detail) => detail.message))
  return new ServiceError(code, [...sentences].join(' '), details)
}
