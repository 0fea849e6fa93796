import { expect, test } from 'vitest'
import { bridgeGateway } from './bridge-gateway.ts'

const bridge = (gateway?: string) => ({
  IPAM: { Driver: 'default', Config: [{ Subnet: '172.17.0.0/16', ...(gateway && { Gateway: gateway }) }] },
})
const own = (address: string) => Promise.resolve(address === '172.17.0.1')

test('the gateway is known whether the engine says it or not', async () => {
  expect(await bridgeGateway(bridge('172.17.0.1'), own)).toBe('172.17.0.1')
  expect(await bridgeGateway(bridge(), own)).toBe('172.17.0.1')
})

test('an address that cannot be listened on is none', async () => {
  expect(await bridgeGateway(bridge('10.9.0.1'), own)).toBeNull()
  expect(await bridgeGateway({ IPAM: { Driver: 'null', Config: [] } }, own)).toBeNull()
  expect(await bridgeGateway(bridge('192.0.2.1'))).toBeNull()
})
