import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const PEERS = ['ioredis', 'memcache-client']

const PROGRAM = `
import { lazy, memoryCache } from '@cacheplane/patterns'
let loads = 0
const squares = lazy({ cache: memoryCache(), name: 'square', key: String, ttl: 60, load: async (n) => (loads += 1, n * n) })
const answers = [await squares.get(7), await squares.get(7)]
console.log(JSON.stringify({ answers, loads }))
squares.close()
`

/** Every wrong line is expected to be an error, so types that say nothing are one as well. */
const CONSUMER = `
import { connectCluster, connectReplicationGroup, lazy, redisCache, type Lazy } from '@cacheplane/patterns'
const { primary } = connectReplicationGroup({ primaryEndpoint: { address: '127.0.0.1', port: 10000 } })
export const names: Lazy<number, string> = lazy<number, string>({
  cache: redisCache(primary),
  name: 'name',
  key: String,
  ttl: 60,
  load: async (id) => 'name ' + id.toFixed(0),
})
export const name: Promise<string | null> = names.get(1)
// @ts-expect-error keys are numbers
void names.get('1')
// @ts-expect-error a port is a number
connectCluster({ endpoints: [{ address: '127.0.0.1', port: '10000' }] })
// @ts-expect-error a connection of ioredis is asked for
redisCache({ get: (key: string) => key })
export const length: Promise<number> = primary.llen('list')
`

describe('the package as it would be published', () => {
  let folder: string
  let installed: string
  const read = (file: string): Promise<string> => readFile(join(installed, file), 'utf8')

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cacheplane-package-'))
    // The repository lets no package run scripts; this one's own builds it.
    const how = ['--workspace', '@cacheplane/patterns', '--ignore-scripts=false', '--json']
    const { stdout } = await run('npm', ['pack', ...how, '--pack-destination', folder], { cwd: ROOT })
    // What the build says comes before.
    const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as { filename: string }[]
    installed = join(folder, 'node_modules/@cacheplane/patterns')
    await mkdir(installed, { recursive: true })
    const tarball = join(folder, packed?.filename ?? '')
    await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed])
    const modules = join(ROOT, 'node_modules')
    for (const peer of PEERS) await symlink(join(modules, peer), join(folder, 'node_modules', peer))
    await mkdir(join(folder, 'node_modules/@types'))
    await symlink(join(modules, '@types/node'), join(folder, 'node_modules/@types/node'))
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
    await writeFile(join(folder, 'program.js'), PROGRAM)
    await writeFile(join(folder, 'consumer.ts'), CONSUMER)
  })
  afterAll(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  })

  test('is loaded and used by Node alone', async () => {
    const { stdout } = await run(process.execPath, ['program.js'], { cwd: folder })
    expect(JSON.parse(stdout)).toEqual({ answers: [49, 49], loads: 1 })
  })

  test.each([
    ['NodeNext', 'NodeNext'],
    ['ESNext', 'Bundler'],
  ])('has types for a program of module %s, resolved as by %s', async (module, resolution) => {
    const options = ['--noEmit', '--strict', '--target', 'ES2023', '--types', 'node']
    const found = ['--module', module, '--moduleResolution', resolution]
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
    const checked = run(process.execPath, [compiler, ...options, ...found, 'consumer.ts'], { cwd: folder })
    const said = await checked.then(
      () => '',
      (error: unknown) => (error as { stdout: string }).stdout,
    )
    expect(said).toBe('')
  })

  test('holds modules, declarations, a README and the licence, and no sources or tests', async () => {
    const files = await readdir(installed, { recursive: true })
    expect(files).toEqual(
      expect.arrayContaining(['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']),
    )
    expect(files.filter((file) => /\.test\.|^src/.test(file) || /(?<!\.d)\.ts$/.test(file))).toEqual([])
  })

  test('needs its peers and Node, and nothing else of this repository or of anybody', async () => {
    const manifest = JSON.parse(await read('package.json')) as Record<string, object>
    expect(Object.keys(manifest.peerDependencies ?? {})).toEqual(PEERS)
    expect(manifest).not.toHaveProperty('dependencies')
    const files = (await readdir(join(installed, 'dist'))).map((file) => read(`dist/${file}`))
    const imports = (await Promise.all(files)).flatMap((text) =>
      [...text.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'".][^'"]*)['"]/g)].map(([, name = '']) => name),
    )
    expect(imports).toContain('ioredis')
    const others = imports.filter((name) => !PEERS.includes(name) && !name.startsWith('node:'))
    expect(others).toEqual([])
  })
})
