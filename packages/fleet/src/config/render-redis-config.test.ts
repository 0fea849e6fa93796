import { Secret } from '@cacheplane/domain'
import { expect, test } from 'vitest'
import { FreshSpecs } from '../contract/fresh-specs.ts'
import { renderRedisConfig } from './render-redis-config.ts'

const specs = new FreshSpecs('engine-a', '10.1', 10_000)
const plain = specs.node(specs.network(), {
  engine: 'valkey',
  engineVersion: '8.1',
  tls: false,
  authToken: new Secret('CANARY-token'),
})

test('a node with TLS has no plaintext port', () => {
  const config = renderRedisConfig({ ...plain, tls: true })
  expect(config).toMatch(/^port 0$/m)
  expect(config).toMatch(new RegExp(`^tls-port ${plain.port}$`, 'm'))
})

test('the configuration holds no token', () => {
  expect(renderRedisConfig(plain)).not.toContain('CANARY')
})

test('a parameter comes after our default and so wins over it', () => {
  const config = renderRedisConfig({ ...plain, parameters: { 'maxmemory-policy': 'allkeys-lru' } })
  expect(config.indexOf('"allkeys-lru"')).toBeGreaterThan(config.indexOf('"volatile-lru"'))
})

test.each(['requirepass', 'aclfile', 'tls-port', 'dir', 'include', 'save', 'maxmemory', 'a\nb', 'user'])(
  'a parameter group cannot set %j',
  (name) => {
    expect(() => renderRedisConfig({ ...plain, parameters: { [name]: 'x' } })).toThrow()
  },
)
