import { keepAccessKey } from '../access-key.ts'
import { renderEnv } from '../env-file.ts'
import { ensureInstallation, statePath } from '../installation.ts'
import { prepareDatabase } from '../prepare-database.ts'
import { Obstacle, runMain, say } from '../say.ts'
import { readSettings, urlOf } from '../settings.ts'

/** For compose.yml: brings the schema up to date and prints the administrator's key for a shell. */
async function main(environment: Record<string, string | undefined>): Promise<number> {
  const settings = readSettings(environment)
  if (settings.databaseUrl === null) throw new Obstacle('DATABASE_URL says where the database is.')
  await ensureInstallation(settings.stateDir)
  const accessKey = await keepAccessKey(statePath(settings.stateDir, 'accessKey'))
  await prepareDatabase({
    databaseUrl: settings.databaseUrl,
    key: environment.CACHEPLANE_SECRET_KEY ?? null,
    keyFile: statePath(settings.stateDir, 'secretKey'),
    accountId: settings.accountId,
    accessKey,
  })
  say(renderEnv(urlOf(settings), settings.region, accessKey))
  return 0
}

await runMain(() => main(process.env))
