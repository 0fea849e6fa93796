import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { readIfThere, writePrivate } from './private-file.ts'

/** The administrator's key: REST takes the token, AWS Signature V4 the other two. */
const AccessKey = z.object({
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  token: z.string().min(1),
})
export type AccessKey = z.infer<typeof AccessKey>

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The key in this file, made at the first call; it stays the same however often the service is started. */
export async function keepAccessKey(file: string): Promise<AccessKey> {
  const kept = await readIfThere(file)
  if (kept !== null) return AccessKey.parse(JSON.parse(kept))
  const made: AccessKey = {
    // Of the form that AWS tools expect: four letters and sixteen from the alphabet of base 32.
    accessKeyId: `CPAK${[...randomBytes(16)].map((byte) => LETTERS[byte % LETTERS.length]).join('')}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
    token: `cp_${randomBytes(32).toString('base64url')}`,
  }
  await writePrivate(file, `${JSON.stringify(made, null, 2)}\n`)
  return made
}
