import type { Findings } from './findings.ts'

export type Rule<Request> = (findings: Findings, request: Request) => void

/**
 * `allow('port', (n) => n > 0, '…')`: a finding on a member that is present and not allowed. The sentence says what is.
 * A value that means the same as leaving the member out is always allowed.
 */
export function ruleFor<Request>() {
  return <Path extends keyof Request & string>(
      path: Path,
      allows: (value: Exclude<Request[Path], undefined>) => boolean,
      sentence: string,
      kind: 'value' | 'combination' = 'value',
    ): Rule<Request> =>
    (findings, request) => {
      const value = request[path]
      if (value === undefined) return
      if (!allows(value as Exclude<Request[Path], undefined>)) findings[kind](path, sentence)
    }
}

export function applyRules<Request>(
  findings: Findings,
  request: Request,
  rules: readonly Rule<Request>[],
): void {
  for (const rule of rules) rule(findings, request)
}

export const between = (low: number, high: number) => (n: number) =>
  Number.isInteger(n) && n >= low && n <= high

export const exactly =
  <Value>(...values: readonly Value[]) =>
  (value: Value) =>
    values.includes(value)

export const empty = (list: readonly unknown[]) => list.length === 0

export const never = () => false
