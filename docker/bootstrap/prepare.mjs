/**
 * What must be there before any of our TypeScript can run: the right Node, the npm packages of the lock file, and the
 * Prisma client. Plain JavaScript without dependencies, because it runs on a machine that has nothing but Node and npm.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const NEEDED = [20, 19]

/** Prepares, then runs one of our TypeScript programs in this process. */
export async function runProgram(name) {
  process.chdir(root)
  checkNode()
  installPackages()
  generateClient()
  const { register } = await import('tsx/esm/api')
  register()
  await import(pathToFileURL(`${root}/docker/bootstrap/main/${name}.ts`).href)
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return
  fail(`Cacheplane needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}.`)
}

/**
 * A first install is `npm ci`. Later ones change only what differs: `npm ci` would delete node_modules under a service
 * that is running from it.
 */
function installPackages() {
  const fresh = !existsSync(`${root}/node_modules/.package-lock.json`)
  if (!fresh && !isBehind()) return
  const started = Date.now()
  console.log('- npm packages: installing ...')
  const common = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const status = npm(fresh ? ['ci', ...common] : ['install', '--no-save', ...common])
  if (status !== 0) fail('The npm packages could not be installed; see what npm says above.')
  console.log(`- npm packages: installed (${((Date.now() - started) / 1000).toFixed(1)} s)`)
}

/** Our TypeScript imports the Prisma client, so it cannot make it itself. */
function generateClient() {
  const { status } = spawnSync(process.execPath, [`${root}/docker/bootstrap/generate.mjs`], {
    stdio: 'inherit',
  })
  if (status !== 0) fail('The Prisma client could not be generated; see its message above.')
}

/** Compares what is installed with what the lock file says; packages for other platforms are absent rightly. */
function isBehind() {
  const wanted = readLock('package-lock.json')
  const present = readLock('node_modules/.package-lock.json')
  return Object.entries(wanted).some(([path, entry]) => {
    if (!path.includes('node_modules/') || entry.link) return false
    const found = present[path]
    return found === undefined ? !entry.optional && !entry.peer : found.version !== entry.version
  })
}

function readLock(file) {
  return JSON.parse(readFileSync(`${root}/${file}`, 'utf8')).packages ?? {}
}

function npm(args) {
  const cli = process.env.npm_execpath
  const viaNode = cli !== undefined && /npm-cli\.c?js$/.test(cli)
  return spawnSync(viaNode ? process.execPath : 'npm', viaNode ? [cli, ...args] : args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  }).status
}

function fail(sentence) {
  console.error(sentence)
  // Whoever reads the outcome of a test run reads its last line.
  if (process.argv[1]?.endsWith('test.mjs')) console.log('0 passed, 1 failed')
  process.exit(1)
}
