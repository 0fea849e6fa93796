/** Generates the Prisma client, which is not kept in git; does nothing when it is there for this very schema. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const generated = `${root}/packages/store/src/generated`
const stamp = `${generated}/.schema`

const sources = ['prisma/schema.prisma', 'prisma.config.ts', 'node_modules/prisma/package.json']
  .map((file) => `${root}/${file}`)
  .filter((file) => existsSync(file))
const digest = createHash('sha256')
for (const file of sources) digest.update(readFileSync(file))
const wanted = digest.digest('hex')

if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) process.exit(0)

const { status, stdout, stderr } = spawnSync(
  process.execPath,
  [`${root}/node_modules/prisma/build/index.js`, 'generate'],
  {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      // Generating needs no schema engine, but without a named one Prisma tries to download it.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
      NO_UPDATE_NOTIFIER: '1',
    },
  },
)
if (status !== 0) {
  console.error(`${stdout}${stderr}`)
  process.exit(status ?? 1)
}
mkdirSync(generated, { recursive: true })
writeFileSync(stamp, wanted)
