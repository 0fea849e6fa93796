import type { GroupChange } from '../ports/store.ts'
import { AUTH_TOKEN_UPDATES } from '../resources.ts'
import { checkAuthToken } from './auth-token.ts'
import type { Findings } from './findings.ts'
import type { ModifyReplicationGroupRequest } from './requests.ts'

/** What is wrong with the wish whatever the group; whether it has TLS, and which tokens, is looked at later. */
export function readTokenUpdate(
  findings: Findings,
  request: ModifyReplicationGroupRequest,
): GroupChange['authToken'] {
  const { authToken, authTokenUpdateStrategy: wanted = 'ROTATE' } = request
  if (authToken === undefined && request.authTokenUpdateStrategy === undefined) return undefined
  if (wanted === 'DELETE') {
    findings.value('authTokenUpdateStrategy', 'Auth token update strategy delete is not supported currently')
    return undefined
  }
  const strategy = AUTH_TOKEN_UPDATES.find((one) => one === wanted)
  if (strategy === undefined)
    findings.value('authTokenUpdateStrategy', 'authTokenUpdateStrategy must be SET or ROTATE.')
  if (authToken === undefined) {
    findings.combination('authToken', 'authTokenUpdateStrategy needs the new token in authToken.')
    return undefined
  }
  const token = checkAuthToken(findings, authToken, true)
  if (request.applyImmediately !== true)
    findings.combination(
      'applyImmediately',
      'A token is changed at once or not at all: with authToken, applyImmediately must be true.',
    )
  return token === null || strategy === undefined ? undefined : { token, strategy }
}
