import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { parseDockerAddress } from './parse-docker-address.ts'

test.each([
  ['unix:///var/run/docker.sock', { socketPath: '/var/run/docker.sock' }],
  ['tcp://10.0.0.7', { protocol: 'http', host: '10.0.0.7', port: 2375 }],
  ['tcp://engine.lan:4243', { protocol: 'http', host: 'engine.lan', port: 4243 }],
  ['ssh://ops@engine.lan', { protocol: 'ssh', host: 'engine.lan', port: 22, username: 'ops' }],
])('%s is understood', (address, options) => {
  expect(parseDockerAddress(address)).toMatchObject(options)
})

test.each(['http://engine.lan', 'engine.lan:2375', ''])('%j is refused', (address) => {
  expect(() => parseDockerAddress(address)).toThrow()
})

test('who prints the options of a request does not print every socket of its agent', () => {
  const options = parseDockerAddress('tcp://127.0.0.1:2375')
  expect(inspect(options, { showHidden: true, depth: null }).length).toBeLessThan(200)
})
