import { describe, expect, test } from 'vitest'
import { parseListen, readSettings, urlOf } from './settings.ts'

describe('readSettings', () => {
  test('nothing given means the local engine in three zones, our own Postgres and our own queue', () => {
    const settings = readSettings({})
    expect(settings.zones).toBe(
      ['a', 'b', 'c'].map((zone) => `local-1${zone}=unix:///var/run/docker.sock`).join(','),
    )
    expect(settings).toMatchObject({ databaseUrl: null, queueUrl: null, dockerAddressGiven: false })
    expect(urlOf(settings)).toBe('http://127.0.0.1:7780')
  })

  test('the zones follow the engine that the user named', () => {
    const settings = readSettings({ DOCKER_HOST: 'tcp://10.0.0.5:2375' })
    expect(settings.zones).toContain('local-1a=tcp://10.0.0.5:2375,')
    expect(settings.dockerAddressGiven).toBe(true)
  })

  test('only variables of the service are handed on, and none of the surroundings', () => {
    const settings = readSettings({
      CACHEPLANE_LOG_LEVEL: 'debug',
      PATH: '/bin',
      HOME: '/root',
      SOME_TOKEN: 'x',
    })
    expect(settings.passedOn).toEqual({ CACHEPLANE_LOG_LEVEL: 'debug' })
  })
})

describe('parseListen', () => {
  test('takes addresses of both families', () => {
    expect(parseListen('0.0.0.0:80')).toEqual({ host: '0.0.0.0', port: 80 })
    expect(parseListen('[::1]:7780')).toEqual({ host: '::1', port: 7780 })
  })

  test.each(['7780', 'localhost', '127.0.0.1:0', '127.0.0.1:99999', 'http://x:1'])('refuses %j', (text) => {
    expect(() => parseListen(text)).toThrow(/CACHEPLANE_LISTEN/)
  })
})

test('a service that listens everywhere is reached on this machine', () => {
  expect(urlOf({ host: '0.0.0.0', port: 1 })).toBe('http://127.0.0.1:1')
  expect(urlOf({ host: '::1', port: 1 })).toBe('http://[::1]:1')
})
