import { purge } from '../purge.ts'
import { runMain, say } from '../say.ts'
import { readSettings } from '../settings.ts'
import { shutDown } from '../shut-down.ts'

const USAGE = 'npm run down [-- --purge]'

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.filter((argument) => argument !== '--purge')
  if (unknown.length > 0) {
    say(`${USAGE}; "${unknown.join(' ')}" is not known.`)
    return 2
  }
  const settings = readSettings(process.env)
  await shutDown(settings)
  if (args.includes('--purge')) await purge(settings)
  return 0
}

await runMain(() => main(process.argv.slice(2)))
