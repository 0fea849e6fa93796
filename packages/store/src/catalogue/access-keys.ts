import { createHash, timingSafeEqual } from 'node:crypto'
import type { Keyring, Principal, Secret } from '@cacheplane/domain'
import type { Database } from '../database.ts'
import { secretKeyCell } from '../secret-cells.ts'
import { prepared } from '../sql.ts'

const principal = prepared('find_principal')

export interface NewAccessKey {
  accountId: string
  accessKeyId: string
  /** What REST callers send. */
  token: Secret
  /** What AWS Signature V4 signs with; it must be recoverable, so it is sealed and not hashed. */
  secretAccessKey: Secret
}

const hash = (token: Secret): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(token.reveal()).digest())

/** The lookup is by digest, so its time tells nothing about the token; unknown keys cost the same query. */
export async function findPrincipal(db: Database, token: Secret): Promise<Principal | null> {
  const tokenHash = hash(token)
  const [row] = await db.rows<Principal & { tokenHash: Buffer }>(principal`
    SELECT id AS "accessKeyId", account_id AS "accountId", token_hash AS "tokenHash"
    FROM access_key WHERE token_hash = ${tokenHash}`)
  if (row === undefined || !timingSafeEqual(row.tokenHash, tokenHash)) return null
  return { accountId: row.accountId, accessKeyId: row.accessKeyId }
}

/** Makes or replaces the key of that id. */
export async function ensureAccessKey(db: Database, keyring: Keyring, key: NewAccessKey): Promise<void> {
  const { accountId, accessKeyId: id } = key
  const data = {
    accountId,
    tokenHash: hash(key.token),
    secretKeySealed: keyring.seal(key.secretAccessKey, secretKeyCell(accountId, id)),
  }
  await db.ask((prisma) => prisma.accessKey.upsert({ where: { id }, create: { id, ...data }, update: data }))
}
