import type { Vault } from '@cacheplane/domain'
import { DirectoryShelf } from './directory-shelf.ts'
import { SealedVault } from './sealed-vault.ts'
import type { VaultKeys } from './sealed-form.ts'
import { parseBucket, type VaultEnvironment } from './vault-environment.ts'

/** The vault that the environment names. Connects to nothing yet; throws a sentence where something is missing. */
export async function openVault(environment: VaultEnvironment, keys: VaultKeys): Promise<Vault> {
  const place = environment.CACHEPLANE_VAULT
  const bucket = parseBucket(place)
  if (bucket === null) return new SealedVault(new DirectoryShelf(place), keys)
  // Of no use to who has a folder, and large.
  const [{ BucketShelf }, { createS3Client }] = await Promise.all([
    import('./s3/bucket-shelf.ts'),
    import('./s3/create-client.ts'),
  ])
  const client = await createS3Client(environment)
  if (client === null)
    throw new Error(
      'a vault in S3 needs CACHEPLANE_S3_CREDENTIALS_FILE, or CACHEPLANE_S3_ACCESS_KEY_ID and CACHEPLANE_S3_SECRET_ACCESS_KEY',
    )
  return new SealedVault(new BucketShelf({ client, ...bucket }), keys)
}
