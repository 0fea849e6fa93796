import { expect, test } from 'vitest'
import { listedIds, parseClusterNodes } from './parse-cluster-nodes.ts'

const TEXT = [
  'aa 10.96.0.2:10000@10001,127.0.0.1 myself,master - 0 0 1 connected 0-5460 5470 [5461->-bb]',
  'bb 10.96.0.3:10002@10003,127.0.0.1,shard-id=x master - 0 1700000000000 2 connected 5471-10922',
  'cc 10.96.0.4:10004@10005,127.0.0.1 slave aa 0 1700000000000 1 connected',
  'dd 10.96.0.5:10006@10007 master,fail? - 1 1 3 connected 10923-16383',
  'ee :0@0 master,noaddr - 1 1 0 disconnected',
  'ff 10.96.0.9:10008@10009 handshake - 0 0 0 connected',
  '',
].join('\n')

const LISTED = listedIds([
  [0, 5460, ['127.0.0.1', 10_000, 'aa', []], ['127.0.0.1', 10_004, 'cc', []]],
  [5471, 10_922, ['127.0.0.1', 10_002, 'bb', []], ['?', 10_006, 'dd', []]],
])

test('clients are told of owners, of replicas that have something, and of nobody without a name', () => {
  const peers = parseClusterNodes(TEXT, LISTED)?.peers ?? []
  expect(peers.filter(({ isListed }) => isListed).map(({ id }) => id)).toEqual(['aa', 'bb', 'cc'])
})

test('a view has everybody but those who are still being introduced, and open slots belong to whom they belonged', () => {
  const view = parseClusterNodes(TEXT, LISTED)
  expect(view?.id).toBe('aa')
  expect(view?.peers.map(({ id }) => id)).toEqual(['aa', 'bb', 'cc', 'dd', 'ee'])
  expect(view?.peers[0]?.at).toEqual({ host: '10.96.0.2', port: 10_000 })
  expect(view?.peers[0]?.slots).toEqual([
    { from: 0, to: 5460 },
    { from: 5470, to: 5470 },
  ])
  expect(view?.peers[1]).toMatchObject({ role: 'primary', epoch: 2, isLinked: true })
  expect(view?.peers[2]).toMatchObject({ role: 'replica', primaryId: 'aa', slots: [] })
})

test('who is taken for lost, or has no address, is not linked', () => {
  const linked = parseClusterNodes(TEXT, LISTED)?.peers.filter(({ isLinked }) => isLinked)
  expect(linked?.map(({ id }) => id)).toEqual(['aa', 'bb', 'cc'])
})

test('what does not name the node itself is no view', () => {
  expect(parseClusterNodes('', LISTED)).toBeNull()
  expect(parseClusterNodes('aa 10.96.0.2:1@2 master - 0 0 1 connected', LISTED)).toBeNull()
})
