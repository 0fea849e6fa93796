export { openForeignFiles } from './open-foreign-files.ts'
export { openVault } from './open-vault.ts'
export { vaultEnvironment } from './vault-environment.ts'
