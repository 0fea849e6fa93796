import { findNodeType, invariant, type Imported } from '@cacheplane/domain'
import type { Context } from './snapshot-frame.ts'

/** Null when the file is in the vault, otherwise why it is not. */
export async function receiveFile(c: Context): Promise<Exclude<Imported, { kind: 'saved' }> | null> {
  const { files, origin } = c.subject.snapshot
  const [{ fileId } = {}] = files
  const { imported, engine, engineVersion } = origin
  const memoryBytes = findNodeType(origin.cacheNodeType)?.memoryBytes
  invariant(fileId && imported && memoryBytes, 'an import names a file, its engine and a known node type')
  invariant(engine !== 'memcached', 'nothing is imported for memcached')
  const { engineId, ...from } = imported
  const chosen = { nodeId: '', engineId, engine, engineVersion, memoryBytes, usedMemoryBytes: 0 }
  c.frame.chosen[fileId] = chosen
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
