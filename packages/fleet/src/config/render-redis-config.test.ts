import { Secret } from '@cacheplane/domain'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FreshSpecs } from '../contract/fresh-specs.ts'
import { engineCommand } from './engine-command.ts'
import { redisArguments, renderRedisConfig } from './render-redis-config.ts'
import { renderUsers, usersAtBoot } from './users.ts'

const place = { hasSisters: false }
const specs = new FreshSpecs('engine-a', '10.1', 10_000)
const plain = specs.node(specs.network(), {
  engine: 'valkey',
  engineVersion: '8.1',
  tls: false,
  authToken: new Secret('CANARY-token'),
})

test('a node with TLS has no plaintext port', () => {
  const config = renderRedisConfig({ ...plain, tls: true }, place)
  expect(config).toMatch(/^port 0$/m)
  expect(config).toMatch(new RegExp(`^tls-port ${plain.port}$`, 'm'))
})

test('the configuration holds no token', () => {
  expect(renderRedisConfig(plain, place)).not.toContain('CANARY')
})

test('a parameter comes after our default and so wins over it', () => {
  const config = renderRedisConfig({ ...plain, parameters: { 'maxmemory-policy': 'allkeys-lru' } }, place)
  expect(config.indexOf('"allkeys-lru"')).toBeGreaterThan(config.indexOf('"volatile-lru"'))
})

test.each([
  'requirepass',
  'aclfile',
  'tls-port',
  'dir',
  'include',
  'save',
  'maxmemory',
  'a\nb',
  'user',
  'cluster-enabled',
  'cluster-replica-no-failover',
])('a parameter group cannot set %j', (name) => {
  expect(() => renderRedisConfig({ ...plain, parameters: { [name]: 'x' } }, place)).toThrow()
})

test('whatever a value is, it stays the value of its parameter', () => {
  const names = (value: string) =>
    renderRedisConfig({ ...plain, tls: true, parameters: { timeout: value, databases: '16' } }, place)
      .split('\n')
      .map((line) => line.split(' ')[0])
  const hostile = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('\r\nrequirepass x', '0" requirepass "x', "0'", '0\0', '0\\n', '\u2028requirepass x'),
  )
  const wanted = names('0')
  fc.assert(
    fc.property(hostile, (value) => {
      expect(names(value)).toEqual(wanted)
    }),
  )
})

const users = usersAtBoot(plain, '_cp-x', new Secret('CANARY-password'))

test('a node without TLS is told as arguments what one with TLS reads in its files', () => {
  const unquoted = renderRedisConfig(plain, place).replaceAll('"', '')
  const lines = `${unquoted}${renderUsers(users)}`.split('\n').filter((line) => !/^(aclfile |$)/.test(line))
  const told = redisArguments(plain, users, place).join(' ').replace(/^--/, '').split(' --')
  expect(told).toEqual(lines)
})

test('no argument says a password or a token', () => {
  expect(engineCommand(plain, users, place).join(' ')).not.toContain('CANARY')
  expect(engineCommand({ ...plain, tls: true }, users, place)).toHaveLength(2)
})

test('no value of a parameter becomes another argument', () => {
  expect(() => redisArguments({ ...plain, parameters: { maxclients: '--user' } }, users, place)).toThrow()
})

test('the nodes of a cluster tell one another their own addresses only on one engine, and clients always the published', () => {
  const node = { ...plain, busPort: 10_500, address: '192.0.2.7' }
  const config = renderRedisConfig(node, place)
  expect(config).toContain('cluster-announce-hostname "192.0.2.7"')
  expect(config).not.toContain('cluster-announce-ip')
  expect(renderRedisConfig(node, { hasSisters: true })).toContain('cluster-announce-ip "192.0.2.7"')
})
