import { expect, it } from 'vitest'
import { aNode, aNodeSubject } from '../../../test/support/builders.ts'
import { nodeSpec } from './node-spec.ts'

it('a certificate is valid where the node is found, and where its node group is', () => {
  const node = aNode({ address: '10.0.0.2' })
  const names = ['localhost', '127.0.0.1', '::1', '10.0.0.2']
  expect(nodeSpec(aNodeSubject({ node, endpointAddresses: ['10.0.0.1'] })).tlsNames).toEqual([
    ...names,
    '10.0.0.1',
  ])
  expect(nodeSpec(aNodeSubject({ node, endpointAddresses: [] })).tlsNames).toEqual(names)
})
