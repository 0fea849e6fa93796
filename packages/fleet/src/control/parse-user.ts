import { tokenDigest } from '../config/users.ts'
import type { Secret } from '@cacheplane/domain'
import type { Reply } from './resp-parser.ts'

/** `ACL GETUSER` answers a flat list of names and values, the flags among them as a list. */
export function isOn(user: Reply | undefined): boolean {
  return listIn(user, 'flags').includes('on')
}

/** Exactly these, and nobody without one; with none of them, everybody. */
export function takesTokens(user: Reply | undefined, tokens: readonly Secret[]): boolean {
  const digests = new Set(tokens.map(tokenDigest))
  const passwords = listIn(user, 'passwords')
  const isOpen = listIn(user, 'flags').includes('nopass')
  if (isOpen !== (digests.size === 0) || passwords.length !== digests.size) return false
  return passwords.every((digest) => typeof digest === 'string' && digests.has(digest))
}

/** `CONFIG GET` answers names and values in turn. */
export function pairsOf(config: Reply | undefined): Map<string, string> {
  const flat = Array.isArray(config) ? config : []
  const pairs = flat.flatMap((name, i): [string, string][] => {
    const value = flat[i + 1]
    return i % 2 === 0 && typeof name === 'string' && typeof value === 'string' ? [[name, value]] : []
  })
  return new Map(pairs)
}

function listIn(user: Reply | undefined, name: string): Reply[] {
  if (!Array.isArray(user)) return []
  const list = user[user.indexOf(name) + 1]
  return Array.isArray(list) ? list : []
}
