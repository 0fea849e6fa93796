import { Secret } from '@cacheplane/domain'
import { loadKeyring, migrate, openStore } from '@cacheplane/store'
import { join } from 'node:path'
import type { AccessKey } from './access-key.ts'
import { Obstacle } from './say.ts'
import { ROOT } from './settings.ts'

export interface DatabaseSetup {
  databaseUrl: string
  /** Of the installation, base64; null means that it lies in `keyFile`. */
  key: string | null
  keyFile: string
  accountId: string
  accessKey: AccessKey
}

/** Brings the schema up to date and sees that the administrator's key opens the door. Returns the migrations applied. */
export async function prepareDatabase(setup: DatabaseSetup): Promise<string[]> {
  const applied = await migrate(setup.databaseUrl, join(ROOT, 'prisma')).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Obstacle(`The database could not be brought to this version's schema: ${reason}`)
  })
  await admitAdministrator(setup)
  return applied
}

async function admitAdministrator({
  databaseUrl,
  key,
  keyFile,
  accountId,
  accessKey,
}: DatabaseSetup): Promise<void> {
  const store = openStore({
    databaseUrl,
    keyring: await loadKeyring({ key: key ?? undefined, keyFile }),
    // This store places nothing, so that its pools are not used.
    networkPool: '10.96.0.0/12',
    portPool: { from: 10_000, to: 22_000 },
    quarantineMs: 0,
    spareNetworks: 0,
    memoryReserveBytes: 0,
    poolSize: 1,
  })
  try {
    await store.ensureAccessKey({
      accountId,
      accessKeyId: accessKey.accessKeyId,
      token: new Secret(accessKey.token),
      secretAccessKey: new Secret(accessKey.secretAccessKey),
    })
  } finally {
    await store.close()
  }
}
