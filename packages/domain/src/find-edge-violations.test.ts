import { describe, expect, it } from 'vitest'
import { object, quiet, type Estate } from '../../../test/support/quiet-estate.ts'
import type { AuditedEdge } from './audit.ts'
import { findViolations } from './find-violations.ts'

const theEdge = ({ audit }: Estate): AuditedEdge => {
  const [edge] = audit.edges
  if (edge === undefined) throw new Error('the quiet estate has an edge')
  return edge
}

type Sabotage = [what: string, breaks: (estate: Estate) => void, says: RegExp]

const SABOTAGES: Sabotage[] = [
  [
    'an edge at home without a container',
    (e) => void e.objects.splice(e.objects.length - 1, 1),
    /edge edge-1 is at home and has 0 running containers/,
  ],
  [
    'an edge at home that does not serve',
    (e) => void (theEdge(e).isServing = false),
    /edge edge-1 is at home, but its row says not serving/,
  ],
  [
    'a container of an older incarnation of an edge',
    (e) => e.objects.push(object({ ownerId: 'edge-1', incarnation: 0, name: 'old' })),
    /container old is incarnation 0 of edge edge-1, which is at 1/,
  ],
  [
    'an edge port that is not held',
    (e) => void (theEdge(e).controlPort = 10_999),
    /used and not held: port 10999 in engine-1 for edge-1/,
  ],
  [
    'a node group without an endpoint',
    (e) => void (theEdge(e).endpoints = []),
    /node group sessions\/0001 has 0 endpoints/,
  ],
  [
    'a group for clients of both kinds that has an endpoint for one',
    (e) => void (e.audit.owners = e.audit.owners.map((one) => ({ ...one, clusterMode: 'compatible' }))),
    /replication group sessions has 0 endpoints/,
  ],
  [
    'an endpoint that clients of a cluster have no use for',
    (e) => void (e.audit.owners = e.audit.owners.map((one) => ({ ...one, clusterMode: 'enabled' }))),
    /an endpoint is held by ng-1, which is gone or has none/,
  ],
  [
    'an endpoint of a node group that is gone',
    (e) =>
      theEdge(e).endpoints.push({
        primaryPort: 10_101,
        readerPort: 10_102,
        holderId: 'ng-9',
        cacheClusterId: null,
      }),
    /an endpoint is held by ng-9, which is gone or has none/,
  ],
  [
    'a node group that nobody looks after',
    (e) => void (e.audit.workflows = e.audit.workflows.filter(({ kind }) => kind !== 'node-group')),
    /replication-group sessions is at home, but node group sessions\/0001 has no workflow/,
  ],
]

describe('findViolations', () => {
  it.each(SABOTAGES)('reports %s', (_, breaks, says) => {
    const estate = quiet()
    breaks(estate)
    const found = findViolations(estate.audit, estate.inventories, estate.readings)
    expect(found).toEqual(expect.arrayContaining([expect.stringMatching(says)]))
  })
})
