import { followLogs } from '../follow-logs.ts'
import { runMain, say } from '../say.ts'
import { readSettings, type Settings } from '../settings.ts'
import { startService, type Started } from '../start-service.ts'
import { shutDown } from '../shut-down.ts'

const USAGE = 'npm run up [-- --detach]'

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.filter((argument) => argument !== '--detach')
  if (unknown.length > 0) {
    say(`${USAGE}; "${unknown.join(' ')}" is not known.`)
    return 2
  }
  const settings = readSettings(process.env)
  const started = await startService(settings)
  greet(started)
  return args.includes('--detach') ? 0 : stayInForeground(settings)
}

function greet({ url, envFile }: Started): void {
  say(`
Cacheplane is up at ${url} (documentation: ${url}/docs)
The administrator's key is in ${envFile}. To create a first cache and wait for it:

  . ${envFile}
  curl -sS "$CACHEPLANE_URL/v1/replication-groups" -H "Authorization: Bearer $CACHEPLANE_TOKEN" \\
    -H 'Content-Type: application/json' -H 'Prefer: wait=60' \\
    -d '{"replicationGroupId":"first","description":"my first cache","cacheNodeType":"cache.t4g.micro"}'
`)
}

async function stayInForeground(settings: Settings): Promise<number> {
  say('Its log follows; Ctrl-C stops the service, caches go on serving.\n')
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
  await followLogs(settings.stateDir, ['supervisor', 'api', 'worker'], stop.signal)
  say('')
  await shutDown(settings)
  return 0
}

await runMain(() => main(process.argv.slice(2)))
