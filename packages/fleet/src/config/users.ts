import { createHash } from 'node:crypto'
import type { Engine, Secret } from '@cacheplane/domain'

/** How ACL rules name a password without saying it. */
export function passwordRule(password: Secret): string {
  return `#${createHash('sha256').update(password.reveal()).digest('hex')}`
}

interface EngineOfUsers {
  engine: Engine
  engineVersion: string
}

/** Redis 6.0 knows neither rules on channels nor rules that take a subcommand away. */
function isRedis60({ engine, engineVersion }: EngineOfUsers): boolean {
  return engine === 'redis' && /^6\.0(\.|$)/.test(engineVersion)
}

/** The users a node boots with: the control plane's, and nobody else. */
export function renderUsersAtBoot(node: EngineOfUsers, controlUser: string, password: Secret): string {
  const control = ['user', controlUser, 'on', passwordRule(password), '~*', ...allChannels(node), '+@all']
  return `user default off\n${control.join(' ')}\n`
}

/** Rules that make the default user a customer's, as ElastiCache cuts it (reference 5.3): no administration. */
export function customerRules(node: EngineOfUsers, authToken: Secret | null): string[] {
  const login = authToken === null ? ['nopass'] : [passwordRule(authToken)]
  const commands = [...SAFE_COMMANDS, ...(isRedis60(node) ? [] : SAFE_SINCE_62)]
  return [
    'reset',
    'on',
    ...login,
    '~*',
    ...allChannels(node),
    '+@all',
    '-@admin',
    '-@dangerous',
    ...commands.map((command) => `+${command}`),
  ]
}

function allChannels(node: EngineOfUsers): string[] {
  return isRedis60(node) ? [] : ['&*']
}

/** What the two forbidden categories hold and customers of ElastiCache have all the same. */
const SAFE_COMMANDS = [
  'info',
  'keys',
  'flushall',
  'flushdb',
  'sort',
  'role',
  'lastsave',
  'restore',
  'swapdb',
  'client',
  'slowlog',
  'monitor',
  'latency',
  'acl|list',
  'acl|users',
  'acl|whoami',
  'acl|cat',
  'acl|genpass',
  'acl|help',
  'cluster|info',
  'cluster|nodes',
  'cluster|slots',
  'cluster|keyslot',
  'cluster|countkeysinslot',
  'cluster|getkeysinslot',
  'cluster|myid',
  'cluster|help',
]

const SAFE_SINCE_62: string[] = []
