import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '../../..')
const FORBIDDEN = /dockerode|docker-modem|@cacheplane\/(fleet|workflows)|@peculiar/

interface Manifest {
  name: string
  dependencies?: Record<string, string>
}

async function manifests(): Promise<Map<string, Manifest>> {
  const folders = (await readdir(path.join(ROOT, 'packages'))).map((name) => `packages/${name}`)
  const read = async (folder: string): Promise<Manifest> =>
    JSON.parse(await readFile(path.join(ROOT, folder, 'package.json'), 'utf8'))
  const all = await Promise.all(['apps/api', ...folders].map(read))
  return new Map(all.map((manifest) => [manifest.name, manifest]))
}

async function sources(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true })
  return entries.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
}

describe('the API', () => {
  it('depends on nothing, however far, that reaches a Docker engine or a runbook', async () => {
    const known = await manifests()
    const seen = new Set<string>()
    const visit = (name: string): void => {
      if (seen.has(name)) return
      seen.add(name)
      for (const dependency of Object.keys(known.get(name)?.dependencies ?? {})) visit(dependency)
    }
    visit('@cacheplane/api')
    expect([...seen]).toEqual(expect.arrayContaining(['@cacheplane/domain', '@cacheplane/store', 'fastify']))
    expect([...seen].filter((name) => FORBIDDEN.test(name))).toEqual([])
  })

  it('imports none of it either', async () => {
    for (const folder of [
      'apps/api/src',
      'packages/domain/src',
      'packages/store/src',
      'packages/queue/src',
      'packages/vault/src',
    ]) {
      for (const file of await sources(path.join(ROOT, folder))) {
        const text = await readFile(path.join(ROOT, folder, file), 'utf8')
        const imported = [...text.matchAll(/from '([^']+)'/g)].map((match) => match[1] ?? '')
        expect(
          imported.filter((name) => FORBIDDEN.test(name)),
          `${folder}/${file}`,
        ).toEqual([])
      }
    }
  })
})
