/** Builds `dist`, which is what is published: modules and declarations, without the tests. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const dist = `${here}dist`
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc')

rmSync(dist, { recursive: true, force: true })
execFileSync(process.execPath, [compiler, '--project', `${here}tsconfig.build.json`], { stdio: 'inherit' })

// The compiler rewrites imports in modules, but not in declarations, where older compilers do not take them as they are.
for (const name of readdirSync(dist).filter((file) => file.endsWith('.d.ts'))) {
  const text = readFileSync(`${dist}/${name}`, 'utf8')
  writeFileSync(`${dist}/${name}`, text.replace(/(from |import\()(['"]\.[^'"]*)\.ts(['"])/g, '$1$2.js$3'))
}
