/**
 * Bundles one program: `node bundle.mjs <outdir> <entry>...`. Our workspace packages are TypeScript and go into the
 * bundle; packages from npm stay outside and are loaded from node_modules.
 */
import { build } from 'esbuild'
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const [outdir, ...entryPoints] = process.argv.slice(2)

const keepVendorsOutside = {
  name: 'keep-vendors-outside',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind, resolveDir }) => {
      if (kind === 'entry-point' || path.startsWith('@cacheplane/')) return undefined
      return path.startsWith('node:')
        ? { path, external: true }
        : { path, external: true, errors: misplaced(path, resolveDir) }
    })
  },
}

/** The program loads a vendor from where *it* lies, so that must be the copy that the importing file was written for. */
function misplaced(path, importerFolder) {
  const name = path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/')
  const meant = findPackage(name, importerFolder)
  if (meant === findPackage(name, resolve(outdir))) return []
  return [{ text: `${name} is installed as ${meant}, which the bundle would not find: hoist it` }]
}

function findPackage(name, folder) {
  const candidate = join(folder, 'node_modules', name)
  if (existsSync(candidate)) return realpathSync(candidate)
  return dirname(folder) === folder ? null : findPackage(name, dirname(folder))
}

await build({
  entryPoints,
  outdir,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // For debuggers; the programs run without, as Node would keep all of it in memory. Names stay as they are.
  sourcemap: true,
  // What is imported late is loaded late. Chunks of earlier builds stay: a program that still runs may yet load them.
  splitting: true,
  logLevel: 'warning',
  plugins: [keepVendorsOutside],
  // esbuild has told what is wrong; its own stack would only bury that.
}).catch(() => process.exit(1))
