import { describe, expect, it } from 'vitest'
import { aMemcachedCluster, aNode, aWorkflowView } from '../../../test/support/builders.ts'
import { planDiscovery } from './plan-discovery.ts'
import type { CacheNode, MemcachedFacts } from './resources.ts'

const node = (id: string, over: Partial<CacheNode> = {}) => aNode({ id, cacheNodeId: id, ...over })
const [one, two] = [node('0001'), node('0002')]
const starting = { openedAt: null, workflow: aWorkflowView({ step: 'boot', firstHomeAt: null }) }

function plan(nodes: CacheNode[], announcedNodeIds: string[], over: Partial<MemcachedFacts> = {}) {
  const cluster = aMemcachedCluster({ nodes }, { announcedNodeIds, ...over })
  if (cluster.memcached === null) throw new Error('it is a Memcached cluster')
  return planDiscovery(cluster, cluster.memcached)
}

describe('planDiscovery', () => {
  it('names all nodes at once, when the last of them serves', () => {
    expect(plan([one, node('0002', starting)], [])).toMatchObject({
      announce: null,
      because: '0002 of 2 nodes do not serve yet',
    })
    expect(plan([one, two], [])).toMatchObject({ announce: ['0001', '0002'], because: null })
    expect(plan([one, two], ['0001'])).toMatchObject({ announce: ['0001', '0002'] })
  })

  it('changes nothing while the same nodes are wanted, one that is made again among them', () => {
    expect(plan([one, two], ['0001', '0002'])).toEqual({
      announce: null,
      plain: one,
      dismiss: [],
      because: null,
    })
    const again = node('0001', { openedAt: null, workflow: aWorkflowView({ step: 'boot' }) })
    expect(plan([again, two], ['0001', '0002'])).toMatchObject({ announce: null, plain: two, dismiss: [] })
  })

  it('lets nodes go only when nobody is led to them any more', () => {
    const leaving = node('0001', { leaving: true })
    expect(plan([leaving, two], ['0001', '0002'])).toMatchObject({ announce: ['0002'], dismiss: [] })
    expect(plan([leaving, two], ['0002'])).toMatchObject({ announce: null, plain: two, dismiss: [leaving] })
  })

  it('keeps a new list back while a node that it would name is away', () => {
    const away = node('0002', { openedAt: null })
    const leaving = node('0001', { leaving: true })
    const planned = plan([leaving, away, node('0003')], ['0001', '0002', '0003'])
    expect(planned).toMatchObject({ announce: null, dismiss: [] })
    expect(planned.because).toContain('0002')
  })
})
