import { randomBytes } from 'node:crypto'
import { chmod, readFile, rename, writeFile } from 'node:fs/promises'

/** Replaces a file in one go, readable by its owner only: a crash leaves the old text or the new one. */
export async function writePrivate(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomBytes(4).toString('hex')}`
  await writeFile(draft, text, { mode: 0o600, flag: 'wx', flush: true })
  await rename(draft, file)
}

/** Text of a file, null when there is none. */
export async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** A random password that stays the same from then on. */
export async function keepPassword(file: string): Promise<string> {
  const kept = await readIfThere(file)
  if (kept !== null && kept.trim() !== '') {
    await chmod(file, 0o600)
    return kept.trim()
  }
  const password = randomBytes(24).toString('base64url')
  await writePrivate(file, `${password}\n`)
  return password
}
