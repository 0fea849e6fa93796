import { keepAccessKey, type AccessKey } from './access-key.ts'
import { buildPrograms } from './build.ts'
import { checkPort, settlePorts } from './check-ports.ts'
import { composeConfig, dependenciesOf } from './compose-config.ts'
import { ensurePostgres, ensureQueue, type Dependencies } from './dependencies.ts'
import { ensureDockerEngine } from './docker-engine.ts'
import { writeEnvFile } from './env-file.ts'
import { imagesStep } from './images-step.ts'
import { ensureInstallation, installationPasswords, statePath } from './installation.ts'
import { adminUrl, ensureOwnDatabase } from './own-database.ts'
import { prepareDatabase } from './prepare-database.ts'
import { step } from './say.ts'
import { writeServiceConfig, type ServiceConfig } from './service-config.ts'
import { urlOf, type Settings } from './settings.ts'
import { ensureSupervisor } from './supervisor-process.ts'
import { withLock } from './up-lock.ts'
import { waitUntilReady } from './wait-ready.ts'

export interface Started {
  url: string
  envFile: string
}

/** Brings the whole service up; what is already there is left as it is. */
export async function startService(settings: Settings): Promise<Started> {
  const { stateDir, region } = settings
  const found = await ensureInstallation(stateDir)
  return withLock(stateDir, async () => {
    await checkPort(settings, found)
    await prepareEngine(settings)
    await step('programs', buildPrograms, () => 'built')
    const dependencies = dependenciesOf(settings, await settlePorts(stateDir, found))
    await step('queue', () => ensureQueue(stateDir, dependencies), String)
    await step('Postgres', () => preparePostgres(stateDir, dependencies), String)
    const config = await composeConfig(settings, dependencies)
    const accessKey = await keepAccessKey(statePath(stateDir, 'accessKey'))
    await step('schema and key', () => prepareSchema(settings, config, accessKey), count)
    await step('service', () => startPrograms(settings, config), String)
    return { url: urlOf(settings), envFile: await writeEnvFile(stateDir, urlOf(settings), region, accessKey) }
  })
}

async function prepareEngine({ dockerAddress, dockerAddressGiven }: Settings): Promise<void> {
  const docker = await step('Docker engine', (progress) =>
    ensureDockerEngine(dockerAddress, dockerAddressGiven, progress),
  )
  await imagesStep(docker)
}

async function preparePostgres(stateDir: string, dependencies: Dependencies): Promise<string> {
  const done = await ensurePostgres(stateDir, dependencies)
  if (dependencies.postgres !== null) {
    const passwords = await installationPasswords(stateDir)
    await ensureOwnDatabase(adminUrl(dependencies.postgres.port, passwords.postgres), passwords.database)
  }
  return done
}

function prepareSchema(settings: Settings, config: ServiceConfig, accessKey: AccessKey): Promise<string[]> {
  return prepareDatabase({
    databaseUrl: config.environment.DATABASE_URL ?? '',
    key: settings.secretKey,
    keyFile: statePath(settings.stateDir, 'secretKey'),
    accountId: settings.accountId,
    accessKey,
  })
}

async function startPrograms(settings: Settings, config: ServiceConfig): Promise<string> {
  const changed = await writeServiceConfig(settings.stateDir, config)
  const done = await ensureSupervisor(settings.stateDir, config, changed)
  await waitUntilReady(urlOf(settings), settings.stateDir)
  return done
}

function count(applied: readonly string[]): string {
  return applied.length === 0 ? 'up to date' : `${applied.length} migrations applied`
}
