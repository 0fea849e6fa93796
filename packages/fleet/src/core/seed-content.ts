import { invariant, type Seed, type Vault } from '@cacheplane/domain'
import { pickSlots } from '../rdb/pick-slots.ts'

/** What an engine loads at its start. Throws `VaultDamage`, at its end at the latest, where it is not what was kept. */
export function seedContent(vault: Pick<Vault, 'open'>, { files, slots }: Seed): AsyncIterable<Uint8Array> {
  const open = files.map(({ fileId }) => vault.open(fileId))
  if (slots !== null) return pickSlots(open, slots)
  const [content] = open
  invariant(content, 'a seed has a file')
  return content
}
