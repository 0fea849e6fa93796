import { buildDigest, PROGRAMS } from './build.ts'
import type { Dependencies } from './dependencies.ts'
import { installationPasswords, statePath, type Installation, type Passwords } from './installation.ts'
import { adminUrl, ownDatabaseUrl } from './own-database.ts'
import type { ServiceConfig } from './service-config.ts'
import type { Settings } from './settings.ts'

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What we run ourselves because the user did not name another. */
export function dependenciesOf(settings: Settings, installation: Installation): Dependencies {
  const { id, postgresDir, postgresPort, queuePort } = installation
  return {
    installationId: id,
    dockerAddress: settings.dockerAddress,
    postgres: settings.databaseUrl === null ? { dataDir: postgresDir, port: postgresPort } : null,
    queue: settings.queueUrl === null ? { port: queuePort } : null,
  }
}

/** All that the supervisor and its programs are told. */
export async function composeConfig(settings: Settings, dependencies: Dependencies): Promise<ServiceConfig> {
  const passwords = await installationPasswords(settings.stateDir)
  return {
    ...dependencies,
    programs: PROGRAMS,
    build: await buildDigest(),
    environment: environmentOf(settings, dependencies, passwords),
  }
}

function environmentOf(
  settings: Settings,
  { postgres, queue, installationId }: Dependencies,
  passwords: Passwords,
): Record<string, string> {
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host
  const ownDatabase = ownDatabaseUrl(adminUrl(postgres?.port ?? 0, passwords.postgres), passwords.database)
  return {
    CACHEPLANE_VAULT: statePath(settings.stateDir, 'vault'),
    ...settings.passedOn,
    NODE_ENV: settings.nodeEnv,
    PATH: SYSTEM_PATH,
    // Each further heap of glibc's costs memory, and a program with one busy thread gains nothing by it.
    MALLOC_ARENA_MAX: '2',
    // Others cannot read them there: a process's environment is open to its own user and to root only.
    DATABASE_URL: settings.databaseUrl ?? ownDatabase,
    QUEUE_URL: settings.queueUrl ?? `redis://:${passwords.queue}@127.0.0.1:${queue?.port ?? 0}`,
    CACHEPLANE_LISTEN: `${host}:${settings.port}`,
    ...(settings.secretKey === null
      ? { CACHEPLANE_SECRET_KEY_FILE: statePath(settings.stateDir, 'secretKey') }
      : { CACHEPLANE_SECRET_KEY: settings.secretKey }),
    CACHEPLANE_INSTALLATION: installationId,
    CACHEPLANE_ZONES: settings.zones,
    CACHEPLANE_REGION: settings.region,
    CACHEPLANE_ACCOUNT_ID: settings.accountId,
  }
}
