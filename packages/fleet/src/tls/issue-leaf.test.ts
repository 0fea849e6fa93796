import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import type { AuthorityMaterial, NodeSpec } from '@cacheplane/domain'
import { expect, test } from 'vitest'
import { FreshSpecs } from '../contract/fresh-specs.ts'
import { connect } from '../control/connect.ts'
import { createAuthority } from './create-authority.ts'
import { issueLeaf, tlsIdentity } from './issue-leaf.ts'

const DAY_MS = 86_400_000
const specs = new FreshSpecs('engine-a', '10.1', 10_000)
const node = specs.node(specs.network(), {
  engine: 'valkey',
  engineVersion: '8.1',
  tls: true,
  authToken: null,
})

/** What our own client makes of a server that shows the node's certificate. */
async function greet(issuer: AuthorityMaterial, trusted: AuthorityMaterial, expected: NodeSpec | string) {
  const leaf = await issueLeaf(issuer, node, DAY_MS)
  const server = createServer({ cert: leaf.certificatePem, key: leaf.keyPem.reveal() })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const identity = typeof expected === 'string' ? expected : tlsIdentity(expected)
  const tls = { authorityPem: trusted.certificatePem, identity }
  const connected = await connect({ host: '127.0.0.1', port, tls })
  if (connected.kind === 'connected') connected.socket.destroy()
  server.close()
  return connected.kind
}

test('a node is known by the certificate of its incarnation, and by its names', async () => {
  const authority = await createAuthority()
  expect(await greet(authority, authority, node)).toBe('connected')
  expect(await greet(authority, authority, 'localhost')).toBe('connected')
})

test('another incarnation, another node and another authority are strangers', async () => {
  const [authority, other] = [await createAuthority(), await createAuthority()]
  expect(await greet(authority, authority, { ...node, incarnation: 2 })).toBe('stranger')
  expect(await greet(authority, authority, { ...node, nodeId: 'node-other' })).toBe('stranger')
  expect(await greet(other, authority, node)).toBe('stranger')
})
