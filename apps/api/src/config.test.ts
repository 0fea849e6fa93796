import { describe, expect, it } from 'vitest'
import { loadConfig } from './config.ts'

const needed = {
  DATABASE_URL: 'postgres://u:CANARY@h/db',
  QUEUE_URL: 'redis://h',
  CACHEPLANE_VAULT: '/vault',
}

describe('the configuration', () => {
  it('needs a database, a queue and a vault, and has a default for the rest', () => {
    expect(loadConfig(needed)).toMatchObject({
      CACHEPLANE_LISTEN: { host: '127.0.0.1', port: 7780 },
      CACHEPLANE_REGION: 'local-1',
      CACHEPLANE_PORT_POOL: { from: 10_000, to: 22_000 },
      CACHEPLANE_QUARANTINE_SECONDS: 600,
    })
    expect(() => loadConfig({})).toThrow(/DATABASE_URL.*QUEUE_URL.*CACHEPLANE_VAULT/)
  })

  it('takes an IPv6 address to listen on', () => {
    expect(loadConfig({ ...needed, CACHEPLANE_LISTEN: '[::1]:80' }).CACHEPLANE_LISTEN).toEqual({
      host: '::1',
      port: 80,
    })
  })

  it.each([
    ['CACHEPLANE_LISTEN', 'CANARY'],
    ['CACHEPLANE_LISTEN', 'CANARY:70000'],
    ['CACHEPLANE_REGION', 'CANARY!'],
    ['CACHEPLANE_ACCOUNT_ID', 'CANARY'],
    ['CACHEPLANE_NETWORK_POOL', 'CANARY'],
    ['CACHEPLANE_PORT_POOL', 'CANARY'],
    ['CACHEPLANE_MEMORY_RESERVE_MB', 'CANARY'],
    ['CACHEPLANE_LOG_LEVEL', 'CANARY'],
  ])('names %s when it is wrong, but not what it was', (name, value) => {
    expect(() => loadConfig({ ...needed, [name]: value })).toThrow(name)
    expect(() => loadConfig({ ...needed, [name]: value })).not.toThrow(/CANARY/)
  })
})
