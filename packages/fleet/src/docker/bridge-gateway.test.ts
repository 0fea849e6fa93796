import type { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { bridgeGateway } from './bridge-gateway.ts'

const OPTIONS = { 'com.docker.network.bridge.name': 'docker0' }
const address = { netmask: '255.255.0.0', mac: '02:42:00:00:00:01', internal: false }
const interfaces: ReturnType<typeof networkInterfaces> = {
  docker0: [
    { ...address, family: 'IPv6', address: 'fe80::1', cidr: 'fe80::1/64', scopeid: 1 },
    { ...address, family: 'IPv4', address: '172.17.0.1', cidr: '172.17.0.1/16' },
  ],
}

const bridge = (gateway?: string) => ({
  Options: OPTIONS,
  IPAM: { Driver: 'default', Config: [{ Subnet: '172.17.0.0/16', ...(gateway && { Gateway: gateway }) }] },
})

test('the gateway is known whether the engine says it or not', () => {
  expect(bridgeGateway(bridge('172.17.0.1'), interfaces)).toBe('172.17.0.1')
  expect(bridgeGateway(bridge(), interfaces)).toBe('172.17.0.1')
})

test('an address that is not of this machine is none', () => {
  expect(bridgeGateway(bridge('172.17.0.1'), {})).toBeNull()
  expect(bridgeGateway(bridge('10.9.0.1'), interfaces)).toBeNull()
})
