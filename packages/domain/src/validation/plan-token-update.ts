import { ServiceError } from '../errors.ts'
import type { GroupChange } from '../ports/store.ts'
import type { ReplicationGroup } from '../resources.ts'
import type { Secret } from '../secret.ts'

interface Tokens {
  authToken: Secret | null
  formerAuthToken: Secret | null
}

/**
 * The tokens that nodes take after the update (elasticache-reference, 6.1). Somebody's token is good at every moment in
 * between: `ROTATE` adds one and keeps the one before, `SET` may only drop what is not the newest.
 */
export function planTokenUpdate(
  group: Pick<ReplicationGroup, 'transitEncryptionMode'>,
  tokens: Tokens,
  { token, strategy }: NonNullable<GroupChange['authToken']>,
): { authToken: Secret; formerAuthToken: Secret | null } {
  if (group.transitEncryptionMode === null)
    throw refused('authToken can be used only when transitEncryptionEnabled is true.')
  const { authToken: current, formerAuthToken } = tokens
  const isCurrent = current?.reveal() === token.reveal()
  if (strategy === 'ROTATE') {
    if (current === null)
      throw refused('There is no token to rotate: use authTokenUpdateStrategy SET to require a first one.')
    return isCurrent
      ? { authToken: current, formerAuthToken }
      : { authToken: token, formerAuthToken: current }
  }
  if (current !== null && !isCurrent)
    throw refused('SET takes the token that was rotated to last: use authTokenUpdateStrategy ROTATE first.')
  return { authToken: token, formerAuthToken: null }
}

function refused(message: string): ServiceError {
  return new ServiceError('InvalidParameterCombination', message, [{ path: 'authToken', message }])
}
