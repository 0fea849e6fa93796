import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './settings.ts'

interface Entry {
  version?: string
  optionalDependencies?: Record<string, string>
}

const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Entry>
}

/** Like Node, looks in the folder of the package and in those above. */
function isListed(name: string, from: string): boolean {
  if (join(from, 'node_modules', name) in packages) return true
  return from !== '' && from !== '.' && isListed(name, dirname(from))
}

// npm leaves out what the registry at hand does not have, and then `npm ci` refuses the file on every machine.
test('the lock file lists the packages for every platform', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !isListed(name, path))
      .map((name) => `${name}, wanted by ${path}`),
  )
  expect(missing).toEqual([])
})
