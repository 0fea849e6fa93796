import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { AesKeyring, KEY_BYTES } from './keyring.ts'

/** From the key itself (base64) or from the file that holds it; exactly one of them is needed. */
export async function loadKeyring(from: {
  key: string | undefined
  keyFile: string | undefined
}): Promise<AesKeyring> {
  if (from.key !== undefined) return new AesKeyring(parseKey(from.key, 'CACHEPLANE_SECRET_KEY'))
  if (from.keyFile !== undefined) return new AesKeyring(await loadOrCreateKeyFile(from.keyFile))
  throw new Error('CACHEPLANE_SECRET_KEY or CACHEPLANE_SECRET_KEY_FILE is needed')
}

/**
 * Reads the installation's key, or makes it once: complete or not at all, also when two processes start together.
 * Refuses a file that others may read.
 */
export async function loadOrCreateKeyFile(file: string): Promise<Buffer> {
  if (!(await exists(file))) await createKeyFile(file)
  const { mode } = await stat(file)
  if ((mode & 0o077) !== 0) throw new Error(`${file} can be read by others: chmod 600 it`)
  return parseKey(await readFile(file, 'utf8'), file)
}

async function createKeyFile(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  // A link fails where a rename would replace the key that another process has just made.
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(draft)
}

function parseKey(text: string, from: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length !== KEY_BYTES) throw new Error(`${from} must hold ${KEY_BYTES} bytes in base64`)
  return key
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}
