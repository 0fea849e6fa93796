import { findNodeType, invariant, type Imported } from '@cacheplane/domain'
import type { Chosen, Context } from './snapshot-frame.ts'

/** Who is to try a file that somebody brought. */
export function chooseForBrought({ subject: { snapshot } }: Context): Chosen {
  const { imported, engine, engineVersion, cacheNodeType } = snapshot.origin
  const memoryBytes = findNodeType(cacheNodeType)?.memoryBytes
  invariant(imported && memoryBytes, 'an import names an engine and a known node type')
  invariant(engine !== 'memcached', 'nothing is imported for memcached')
  const memory = { memoryBytes: memoryBytes * imported.shards, usedMemoryBytes: 0 }
  return { nodeId: '', engineId: imported.engineId, engine, engineVersion, ...memory }
}

/** Null when the file is in the vault, otherwise why it is not. */
export async function receiveFile(
  c: Context,
  index: number,
): Promise<Exclude<Imported, { kind: 'saved' }> | null> {
  const { files, origin } = c.subject.snapshot
  const [file, from] = [files[index], origin.imported?.from[index]]
  invariant(file && from, 'an import knows where each of its files lies')
  const { fileId } = file
  const chosen = chooseForBrought(c)
  const { engine, engineVersion, memoryBytes } = chosen
  const saved = await c.fleet.importFile({ fileId, ...chosen }, from, memoryBytes)
  if (saved.kind !== 'saved') return saved
  if (saved.hasLoaded) c.frame.proved.push(fileId)
  const { bytes, sha256 } = saved.file
  const nobody = { cacheClusterId: null, cacheNodeId: null, cacheNodeCreatedAt: null }
  const usedMemoryBytes = Math.max(bytes, saved.usedMemoryBytes ?? 0)
  const content = { bytes, sha256, ...nobody, usedMemoryBytes, engine, engineVersion, capturedAt: c.now() }
  c.change({ do: 'record-file', fileId, content })
  return null
}
