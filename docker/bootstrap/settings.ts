import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Obstacle } from './say.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** What a user may decide about an installation; everything else is made and kept in its state folder. */
export interface Settings {
  stateDir: string
  host: string
  port: number
  /** Docker engine that images and the queue are put on. */
  dockerAddress: string
  /** Whether the user named that engine; then we do not start one. */
  dockerAddressGiven: boolean
  zones: string
  region: string
  accountId: string
  /** Given by the user; null means that we run our own. */
  databaseUrl: string | null
  queueUrl: string | null
  /** The installation's key in base64, given by the user; null means that it is in a file of ours. */
  secretKey: string | null
  nodeEnv: string
  /** Further variables of the service, handed on as they are. */
  passedOn: Record<string, string>
}

const LOCAL_ENGINE = 'unix:///var/run/docker.sock'

const PASSED_ON =
  /^CACHEPLANE_(NETWORK_POOL|SPARE_NETWORKS|PORT_POOL|QUARANTINE_SECONDS|VAULT|S3_[A-Z_]+|MEMORY_RESERVE_MB|CERTIFICATE_DAYS|UPLOAD_MAX_MB|LOG_LEVEL|FAILPOINT|TEST_[A-Z_]+)$/

type Environment = Record<string, string | undefined>

export function readSettings(environment: Environment): Settings {
  const dockerAddress = environment.DOCKER_HOST || LOCAL_ENGINE
  const { host, port } = parseListen(environment.CACHEPLANE_LISTEN || '127.0.0.1:7780')
  const region = environment.CACHEPLANE_REGION || 'local-1'
  const zones = ['a', 'b', 'c'].map((letter) => `${region}${letter}=${dockerAddress}`).join(',')
  return {
    stateDir: resolve(
      ROOT,
      (environment.CACHEPLANE_STATE_DIR || '.cacheplane').replace(/^~(?=\/)/, homedir()),
    ),
    host,
    port,
    dockerAddress,
    dockerAddressGiven: Boolean(environment.DOCKER_HOST),
    zones: environment.CACHEPLANE_ZONES || zones,
    region,
    accountId: environment.CACHEPLANE_ACCOUNT_ID || '000000000000',
    databaseUrl: environment.DATABASE_URL || null,
    queueUrl: environment.QUEUE_URL || null,
    secretKey: environment.CACHEPLANE_SECRET_KEY || null,
    nodeEnv: environment.NODE_ENV || 'production',
    passedOn: pick(environment),
  }
}

/** `127.0.0.1:7780` or `[::1]:7780`. */
export function parseListen(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-f:]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || !(port > 0 && port < 65_536)) {
    throw new Obstacle(`CACHEPLANE_LISTEN is an address and a port, like 127.0.0.1:7780, not "${text}".`)
  }
  return { host, port }
}

/** Where a client on this machine reaches the API. */
export function urlOf({ host, port }: Pick<Settings, 'host' | 'port'>): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

function pick(environment: Environment): Record<string, string> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && PASSED_ON.test(entry[0]),
  )
  return Object.fromEntries(entries)
}
