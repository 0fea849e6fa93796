import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { parseDockerAddress } from './parse-docker-address.ts'
import { SshAgent } from './ssh-agent.ts'

test.each([
  ['unix:///var/run/docker.sock', { socketPath: '/var/run/docker.sock' }],
  ['tcp://10.0.0.7', { protocol: 'http', host: '10.0.0.7', port: 2375 }],
  ['tcp://engine.lan:4243', { protocol: 'http', host: 'engine.lan', port: 4243 }],
  ['ssh://ops@engine.lan:2222', { protocol: 'http', agent: expect.any(SshAgent) as unknown }],
  ['ssh://[fd00::7]?key=/keys/engine&hosts=/keys/known', { agent: expect.any(SshAgent) as unknown }],
])('%s is understood', (address, options) => {
  expect(parseDockerAddress(address)).toMatchObject(options)
})

test.each([
  ['ssh://-oProxyCommand=id', 'host'],
  ['ssh://ops%20-v@engine.lan', 'user'],
  ['ssh://-v@engine.lan', 'user'],
  ['ssh://ops:secret@engine.lan', 'password'],
  ['ssh://', 'host'],
  ['ssh://engine.lan?key=relative', 'key'],
  ['ssh://engine.lan?hosts=/a%22b', 'hosts'],
])('%s is refused for its %s, which ssh could take for something else', (address, what) => {
  expect(() => parseDockerAddress(address)).toThrow(what)
})

test.each(['http://engine.lan', 'engine.lan:2375', ''])('%j is refused', (address) => {
  expect(() => parseDockerAddress(address)).toThrow()
})

test('who prints the options of a request does not print every socket of its agent', () => {
  const options = parseDockerAddress('tcp://127.0.0.1:2375')
  expect(inspect(options, { showHidden: true, depth: null }).length).toBeLessThan(200)
})
