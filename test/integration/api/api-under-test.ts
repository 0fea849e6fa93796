import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret, type Catalogue, type Vault } from '@cacheplane/domain'
import { AesKeyring } from '@cacheplane/store'
import { openVault } from '@cacheplane/vault'
import { pino } from 'pino'
import { buildApp } from '../../../apps/api/src/app.ts'
import type { App } from '../../../apps/api/src/http/types.ts'
import { systemClock } from '../../../apps/api/src/system-clock.ts'
import { ACCOUNT, openTestStore, type TestStore } from '../../support/stores.ts'

export {
  bringHome,
  bringNodesHome,
  giveUp,
  ownerNamed,
  step,
  takeDown,
  workflowOf,
} from '../../support/bring-home.ts'

/** For `expect.poll`: two busy cores are slow, and slow is not wrong. */
export const PATIENT = { timeout: 20_000 }
export const KEY = 'an-administrator-key-of-a-test'

export interface ApiUnderTest extends TestStore {
  app: App
  /** Of this API alone, in a folder. */
  vault: Vault
  vaultFolder: string
  /** Ids of the workflows that were rung for. */
  rings: string[]
  /** Everything that was logged. */
  lines: string[]
  call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body?: object,
    headers?: object,
  ): ReturnType<typeof send>
}

/** The whole API on a Postgres of its own, or on another catalogue that a test makes of it. */
export async function startApi(
  catalogueOf: (test: TestStore) => Catalogue = ({ store }) => store,
): Promise<ApiUnderTest> {
  const test = await openTestStore()
  await test.store.ensureAccessKey({
    accountId: ACCOUNT,
    accessKeyId: 'ak-test',
    token: new Secret(KEY),
    secretAccessKey: new Secret('a-secret-access-key'),
  })
  const rings: string[] = []
  const lines: string[] = []
  const keyring = new AesKeyring(Buffer.alloc(32, 7))
  const vaultFolder = await mkdtemp(join(tmpdir(), 'cacheplane-vault-'))
  const vault = await openVault({ CACHEPLANE_VAULT: vaultFolder, CACHEPLANE_S3_REGION: 'eu-1' }, keyring)
  const app = await buildApp({
    catalogue: catalogueOf(test),
    vault,
    doorbell: { ring: async (workflowId) => void rings.push(workflowId) },
    keyring,
    clock: systemClock,
    random: Math.random,
    region: 'local-1',
    uploadMaxBytes: 2 * 1024 ** 2,
    log: pino({ level: 'debug' }, { write: (line) => void lines.push(line) }),
  })
  return {
    ...test,
    app,
    vault,
    vaultFolder,
    rings,
    lines,
    call: (method, url, body, headers) => send(app, method, url, body, headers),
    close: async () => {
      await app.close()
      await test.close()
      await rm(vaultFolder, { recursive: true, force: true })
    },
  }
}

async function send(
  app: App,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  body?: object,
  headers?: object,
) {
  const answer = await app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${KEY}`, ...headers },
    ...(body !== undefined && { payload: body }),
  })
  const isJson = /json/.test(String(answer.headers['content-type'] ?? ''))
  const json: Record<string, never> = isJson ? answer.json() : {}
  return { status: answer.statusCode, headers: answer.headers, body: json, text: answer.body }
}
