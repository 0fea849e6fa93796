import type { Findings } from './findings.ts'

/** Of a parameter group that a cache is to use from now on; whether there is such a group, the store knows. */
export function readParameterGroupName(
  findings: Findings,
  request: { cacheParameterGroupName?: string | undefined; applyImmediately?: boolean | undefined },
): string {
  if (request.applyImmediately !== true)
    findings.combination(
      'applyImmediately',
      'Another parameter group is used at once or not at all: with cacheParameterGroupName, applyImmediately must be true.',
    )
  return request.cacheParameterGroupName?.toLowerCase() ?? ''
}
