import { expect, test } from 'vitest'
import { sshArguments } from './ssh-connection.ts'

const ANY = { host: 'engine.lan', user: null, port: null, keyFile: null, knownHostsFile: null }

test('an unknown host is refused, nobody is asked, and nothing of this machine is lent', () => {
  expect(sshArguments(ANY)).toEqual(
    expect.arrayContaining([
      'StrictHostKeyChecking=yes',
      'BatchMode=yes',
      'ForwardAgent=no',
      'ClearAllForwardings=yes',
    ]),
  )
})

test('of keys and known hosts those that are named count, and no others', () => {
  const told = sshArguments({ ...ANY, user: 'ops', port: 2222, keyFile: '/k', knownHostsFile: '/h' })
  expect(told).toEqual(
    expect.arrayContaining([
      'IdentitiesOnly=yes',
      'UserKnownHostsFile="/h"',
      'GlobalKnownHostsFile=/dev/null',
    ]),
  )
  expect(told.slice(told.indexOf('-i'))).toEqual([
    '-i',
    '/k',
    '-l',
    'ops',
    '-p',
    '2222',
    '--',
    'engine.lan',
    'docker',
    'system',
    'dial-stdio',
  ])
})
