import { describeError, VaultDamage, type Copied, type Vault, type VaultFile } from '@cacheplane/domain'
import { unknown } from './call.ts'

/** The promise is in the port's docstring. */
export async function copyFile(vault: Vault, from: VaultFile, fileId: string): Promise<Copied> {
  try {
    const { bytes, sha256 } =
      (await vault.find(fileId)) ?? (await vault.keep(fileId, vault.open(from.fileId)))
    if (bytes === from.bytes && sha256 === from.sha256) return { kind: 'copied' }
    return { kind: 'refused', because: `the file ${from.fileId} of the vault is not what was kept` }
  } catch (error) {
    if (error instanceof VaultDamage) return { kind: 'refused', because: error.message }
    return unknown(`the vault could not copy it: ${describeError(error)}`)
  }
}
