import type { ForeignFiles } from '@cacheplane/domain'
import type { VaultEnvironment } from './vault-environment.ts'

const NO_STORE: ForeignFiles = {
  open: async () => {
    await Promise.resolve()
    return { kind: 'refused', because: 'no S3 store is configured: set CACHEPLANE_S3_CREDENTIALS_FILE' }
  },
}

/** What can be imported with the S3 credentials of the environment, wherever the vault is. */
export async function openForeignFiles(environment: VaultEnvironment): Promise<ForeignFiles> {
  const { CACHEPLANE_S3_ACCESS_KEY_ID, CACHEPLANE_S3_CREDENTIALS_FILE } = environment
  if (CACHEPLANE_S3_ACCESS_KEY_ID === undefined && CACHEPLANE_S3_CREDENTIALS_FILE === undefined)
    return NO_STORE
  const [{ BucketFiles }, { createS3Client }] = await Promise.all([
    import('./s3/bucket-files.ts'),
    import('./s3/create-client.ts'),
  ])
  const client = await createS3Client(environment)
  return client === null ? NO_STORE : new BucketFiles(client)
}
