import type { Audit, AuditedWorkflow, FleetObject, Inventory, NodeReading } from '@cacheplane/domain'
import { aServingReading } from './builders.ts'

const AT = new Date('2026-01-01T12:00:00Z')
export const ago = (seconds: number): Date => new Date(AT.getTime() - seconds * 1_000)

export const workflow = (over: Partial<AuditedWorkflow>): AuditedWorkflow => ({
  id: 'wf-1',
  kind: 'replication-group',
  subjectId: 'rg-1',
  step: 'wait',
  createdAt: ago(3_600),
  runAt: ago(-3_600),
  firstHomeAt: ago(3_500),
  attempts: 0,
  leaseOwner: null,
  leaseUntil: null,
  lastError: null,
  signals: [],
  ...over,
})

export const object = (over: Partial<FleetObject>): FleetObject => ({
  kind: 'container',
  engineId: 'engine-1',
  ref: 'ref',
  name: 'cacheplane-sessions-001-0001-g2',
  ownerId: 'node-1',
  incarnation: 2,
  state: 'running',
  createdAt: ago(3_500),
  ...over,
})

export interface Estate {
  audit: Audit
  group: AuditedWorkflow
  node: AuditedWorkflow
  edge: AuditedWorkflow
  objects: FleetObject[]
  inventories: Map<string, Inventory>
  readings: Map<string, NodeReading>
}

export const SERVING = aServingReading({ runId: 'abc' })

/** One group with one node, and the edge of its endpoint, all of it as it should be. */
export function quiet(): Estate {
  const group = workflow({})
  const node = workflow({ id: 'wf-2', kind: 'node', subjectId: 'node-1' })
  const nodeGroup = workflow({ id: 'wf-3', kind: 'node-group', subjectId: 'ng-1' })
  const edge = workflow({ id: 'wf-4', kind: 'edge', subjectId: 'edge-1' })
  const objects = [
    object({}),
    object({ kind: 'volume', state: null }),
    object({
      kind: 'network',
      ownerId: 'net-1',
      incarnation: null,
      state: null,
      name: 'cacheplane-sessions',
    }),
    object({ ownerId: 'edge-1', incarnation: 1, name: 'cacheplane-edge-1' }),
  ]
  return {
    group,
    node,
    edge,
    objects,
    inventories: new Map([['engine-1', { kind: 'known', objects }]]),
    readings: new Map([['node-1', SERVING]]),
    audit: {
      at: AT,
      owners: [
        {
          kind: 'replication-group',
          id: 'rg-1',
          name: 'sessions',
          networkId: 'net-1',
          clusterMode: 'disabled',
        },
      ],
      nodes: [
        {
          id: 'node-1',
          ownerId: 'rg-1',
          name: 'sessions-001/0001',
          zone: 'local-1a',
          engineId: 'engine-1',
          networkId: 'net-1',
          incarnation: 2,
          ip: '10.96.0.3',
          port: 10_001,
          plainPort: null,
          busPort: null,
          presence: 'known',
          isOpen: true,
        },
      ],
      networks: [{ id: 'net-1', subnet: '10.96.0.0/24', engineIds: ['engine-1'], isReady: false }],
      engineIds: ['engine-1'],
      snapshotIds: [],
      zonesOut: [],
      nodeGroups: [{ id: 'ng-1', ownerId: 'rg-1', name: 'sessions/0001' }],
      edges: [
        {
          id: 'edge-1',
          engineId: 'engine-1',
          incarnation: 1,
          controlPort: 10_100,
          presence: 'known',
          isServing: true,
          endpoints: [{ primaryPort: 10_101, readerPort: 10_102, holderId: 'ng-1', cacheClusterId: null }],
        },
      ],
      workflows: [group, nodeGroup, node, edge],
      allocations: [
        { of: 'ip', scope: 'net-1', address: '10.96.0.3', holder: 'node-1' },
        { of: 'port', scope: 'engine-1', address: '10001', holder: 'node-1' },
        ...['10100', '10101', '10102'].map((address) => ({
          of: 'port' as const,
          scope: 'engine-1',
          address,
          holder: 'edge-1',
        })),
        { of: 'subnet', scope: 'net-1', address: null, holder: 'net-1' },
      ],
    },
  }
}
