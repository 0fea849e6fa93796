import { expect, test } from 'vitest'
import { startRefusal } from './start-refusal.ts'

const PREFIX = 'driver failed programming external connectivity on endpoint cacheplane-x (1f2e): '

test.each([
  [`${PREFIX}Bind for 127.0.0.1:6379 failed: port is already allocated`, 'port-taken'],
  [
    `${PREFIX}Error starting userland proxy: listen tcp4 127.0.0.1:6379: bind: address already in use`,
    'port-taken',
  ],
  ['Address already in use', 'address-taken'],
  ['No such image: cacheplane/engine:valkey-8.1', 'image-missing'],
  ['no space left on device', null],
  ['network cacheplane-x not found', null],
])('%s means %s', (because, refusal) => {
  expect(startRefusal(because)).toBe(refusal)
})
