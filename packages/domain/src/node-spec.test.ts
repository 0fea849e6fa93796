import { expect, it } from 'vitest'
import { aCacheCluster, aNode, aNodeSubject } from '../../../test/support/builders.ts'
import { configuredNode, nodeSpec } from './node-spec.ts'
import { choiceOf } from './rolling/node-choice.ts'

it('a certificate is valid where the node is found, and where its node group is', () => {
  const node = aNode({ address: '10.0.0.2' })
  const names = ['localhost', '127.0.0.1', '::1', '10.0.0.2']
  expect(nodeSpec(aNodeSubject({ node, endpointAddresses: ['10.0.0.1'] })).tlsNames).toEqual([
    ...names,
    '10.0.0.1',
  ])
  expect(nodeSpec(aNodeSubject({ node, endpointAddresses: [] })).tlsNames).toEqual(names)
})

it('a successor of another version runs with the values of its own family, which nobody has to set later', () => {
  const choice = {
    ...choiceOf(aNodeSubject()),
    engine: 'valkey',
    engineVersion: '8.1',
  } as const
  const cluster = aCacheCluster({ engine: 'redis', engineVersion: '7.0' })
  const { spec, parameters } = configuredNode(aNodeSubject({ cluster, node: aNode({ choice }) }))
  expect(spec.parameters).toMatchObject({ 'repl-backlog-size': '10485760' })
  expect(parameters).toMatchObject({ 'repl-backlog-size': '10485760' })
})
