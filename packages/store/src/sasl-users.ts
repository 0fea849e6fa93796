import { Secret, type Keyring, type SaslUser } from '@cacheplane/domain'
import { saslUsersCell } from './secret-cells.ts'

interface Owner {
  accountId: string
  clusterId: string
}

/** All of a cluster's users in one cell; null for none. */
export function sealUsers(
  keyring: Keyring,
  { accountId, clusterId }: Owner,
  users: readonly SaslUser[],
): string | null {
  if (users.length === 0) return null
  const pairs = users.map(({ userName, password }) => [userName, password.reveal()])
  return keyring.seal(new Secret(JSON.stringify(pairs)), saslUsersCell(accountId, clusterId))
}

export function openUsers(
  keyring: Keyring,
  { accountId, clusterId }: Owner,
  sealed: string | null,
): SaslUser[] {
  if (sealed === null) return []
  const pairs = JSON.parse(keyring.open(sealed, saslUsersCell(accountId, clusterId)).reveal()) as [
    string,
    string,
  ][]
  return pairs.map(([userName, password]) => ({ userName, password: new Secret(password) }))
}
