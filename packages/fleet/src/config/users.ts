import { createHash } from 'node:crypto'
import type { Engine, NodeSpec, Secret } from '@cacheplane/domain'

/** How engines keep passwords. */
export function tokenDigest(password: Secret): string {
  return createHash('sha256').update(password.reveal()).digest('hex')
}

/** How ACL rules name a password without saying it. */
function passwordRule(password: Secret): string {
  return `#${tokenDigest(password)}`
}

/** What its clients may log in with, the newest first; none where they need not. */
export function customerTokens({ authToken, formerAuthToken }: NodeSpec): Secret[] {
  return [authToken, formerAuthToken].filter((token) => token !== null)
}

interface EngineOfUsers {
  engine: Engine
  engineVersion: string
}

/** A user's name and its rules. */
export type UserRules = readonly [name: string, ...rules: string[]]

/** The users a node boots with: the control plane's, and nobody else. */
export function usersAtBoot(node: EngineOfUsers, controlUser: string, password: Secret): UserRules[] {
  return [
    ['default', 'off'],
    [controlUser, 'on', passwordRule(password), '~*', ...allChannels(node), '+@all'],
  ]
}

/** As the engine's ACL file. */
export function renderUsers(users: readonly UserRules[]): string {
  return users.map((user) => `user ${user.join(' ')}\n`).join('')
}

/** Rules that make the default user a customer's, as ElastiCache cuts it (reference 5.3): no administration. */
export function customerRules(node: EngineOfUsers, tokens: readonly Secret[]): string[] {
  const login = tokens.length === 0 ? ['nopass'] : tokens.map(passwordRule)
  return [
    'reset',
    'on',
    ...login,
    '~*',
    ...allChannels(node),
    '+@all',
    '-@admin',
    '-@dangerous',
    ...exceptions(node),
  ]
}

/** What a replica needs of its primary, and nothing else. */
export function replicationRules(node: EngineOfUsers, password: Secret): string[] {
  return ['reset', 'on', passwordRule(password), ...allChannels(node), '+psync', '+replconf', '+ping']
}

/** What a node needs of another one to give it keys, and nothing else. */
export function migrationRules(password: Secret): string[] {
  return ['reset', 'on', passwordRule(password), '~*', '+restore-asking', '+select']
}

/** Redis 6.0 knows neither rules on channels nor rules that take a single subcommand away. */
function isRedis60({ engine, engineVersion }: EngineOfUsers): boolean {
  return engine === 'redis' && /^6\.0(\.|$)/.test(engineVersion)
}

function allChannels(node: EngineOfUsers): string[] {
  return isRedis60(node) ? [] : ['&*']
}

/** An engine refuses the whole list for one command that it does not know, so each gets its own. */
function exceptions(node: EngineOfUsers): string[] {
  const common = SAFE_COMMANDS.map((command) => `+${command}`)
  if (isRedis60(node)) return common
  const modern = [...common, '+sort_ro', '-cluster|links']
  return node.engine === 'valkey' ? [...modern, '+commandlog'] : modern
}

/** What the two forbidden categories hold and customers of ElastiCache have all the same. */
const SAFE_COMMANDS = [
  ...['info', 'keys', 'flushall', 'flushdb', 'sort', 'role', 'lastsave', 'restore', 'swapdb'],
  ...['client', 'slowlog', 'monitor', 'latency'],
  ...['acl|list', 'acl|users', 'acl|whoami', 'acl|cat', 'acl|genpass', 'acl|help'],
  ...['cluster|info', 'cluster|nodes', 'cluster|slots', 'cluster|keyslot', 'cluster|myid', 'cluster|help'],
  ...['cluster|countkeysinslot', 'cluster|getkeysinslot', 'cluster|count-failure-reports'],
  ...['cluster|replicas', 'cluster|slaves'],
]
