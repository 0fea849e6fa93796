export { DirectoryVault } from './directory-vault.ts'
