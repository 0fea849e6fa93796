import type { SecretCell } from '@cacheplane/domain'

/** Where each stored secret lives: part of what its ciphertext is bound to. */
export const authTokenCell = (accountId: string, groupId: string): SecretCell => ({
  accountId,
  table: 'replication_group',
  rowId: groupId,
  column: 'auth_token_sealed',
})

export const saslUsersCell = (accountId: string, clusterId: string): SecretCell => ({
  accountId,
  table: 'memcached_cluster',
  rowId: clusterId,
  column: 'users_sealed',
})

export const formerAuthTokenCell = (accountId: string, groupId: string): SecretCell => ({
  ...authTokenCell(accountId, groupId),
  column: 'former_auth_token_sealed',
})

export const secretKeyCell = (accountId: string, accessKeyId: string): SecretCell => ({
  accountId,
  table: 'access_key',
  rowId: accessKeyId,
  column: 'secret_key_sealed',
})

/** The CA serves every account. */
export const authorityKeyCell: SecretCell = {
  accountId: '*',
  table: 'authority',
  rowId: '1',
  column: 'key_sealed',
}
