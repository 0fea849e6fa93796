import type {
  CacheCluster,
  CacheNode,
  Endpoint,
  MemcachedFacts,
  NodeGroup,
  NodeReading,
  NodeSubject,
  ReplicationGroup,
  Snapshot,
  WorkflowView,
} from '@cacheplane/domain'

/** Rows as they stand in the middle of a quiet life; a test overrides what it is about. */
export const aWorkflowView = (over: Partial<WorkflowView> = {}): WorkflowView => ({
  step: 'wait',
  signals: [],
  firstHomeAt: new Date('2026-01-01T00:00:00Z'),
  failure: null,
  because: null,
  ...over,
})

export const aNode = (over: Partial<CacheNode> = {}): CacheNode => ({
  id: 'node-aaaaaaaaaaaaaaaa',
  cacheNodeId: '0001',
  zone: 'local-1a',
  engineId: 'engine-1',
  incarnation: 1,
  ip: '10.96.0.2',
  port: 10_000,
  address: '127.0.0.1',
  plainPort: null,
  busPort: null,
  clusterNodeId: null,
  presence: 'known',
  openedAt: new Date('2026-01-01T00:00:00Z'),
  engineVersionActual: '8.1.1',
  leaving: false,
  rebooting: false,
  parameterValues: {},
  choice: null,
  replaces: null,
  createdAt: new Date('2026-01-01T00:00:00Z'),
  workflow: aWorkflowView(),
  ...over,
})

const settings = {
  engine: 'valkey',
  engineVersion: '8.1',
  cacheNodeType: 'cache.t4g.micro',
  cacheParameterGroupName: 'default.valkey8',
  port: null,
  transitEncryptionMode: null,
  authTokenEnabled: false,
  autoMinorVersionUpgrade: true,
  preferredMaintenanceWindow: 'sun:05:00-sun:06:00',
  snapshotRetentionLimit: 0,
  snapshotWindow: null,
} as const

export const aCacheCluster = (over: Partial<CacheCluster> = {}): CacheCluster => ({
  ...settings,
  id: 'cc-aaaaaaaaaaaaaaaa',
  accountId: '000000000000',
  cacheClusterId: 'sessions-001',
  replicationGroupId: 'sessions',
  nodeGroupId: '0001',
  numCacheNodes: 1,
  parameterValues: {},
  preferredAvailabilityZone: 'local-1a',
  createdAt: new Date('2026-01-01T00:00:00Z'),
  networkId: 'net-aaaaaaaaaaaaaaaa',
  pending: null,
  nodes: [aNode()],
  fromSnapshot: false,
  memcached: null,
  workflow: aWorkflowView(),
  ...over,
})

export const anEndpoint = (over: Partial<Endpoint> = {}): Endpoint => ({
  edgeId: 'edge-aaaaaaaaaaaaaaaa',
  engineId: 'engine-1',
  incarnation: 1,
  controlPort: 10_100,
  slot: 0,
  address: '127.0.0.1',
  primaryPort: 10_101,
  readerPort: 10_102,
  servingAt: new Date('2026-01-01T00:00:00Z'),
  ...over,
})

export const aMemcachedCluster = (
  over: Partial<CacheCluster> = {},
  facts: Partial<MemcachedFacts> = {},
): CacheCluster => {
  const { nodes = [aNode()] } = over
  const memcached: MemcachedFacts = {
    azMode: 'single-az',
    configVersion: 1,
    announcedNodeIds: nodes.map(({ id }) => id),
    lastNodeNumber: nodes.length,
    endpoint: anEndpoint(),
    endpointFailure: null,
    userNames: [],
    pendingNodes: null,
    ...facts,
  }
  const alone = {
    replicationGroupId: null,
    nodeGroupId: null,
    engine: 'memcached',
    engineVersion: '1.6.38',
  } as const
  return aCacheCluster({ ...alone, cacheClusterId: 'pages', memcached, ...over })
}

export const aNodeGroup = (over: Partial<NodeGroup> = {}): NodeGroup => ({
  id: 'ng-aaaaaaaaaaaaaaaa',
  nodeGroupId: '0001',
  epoch: 1n,
  primaryNodeId: 'node-aaaaaaaaaaaaaaaa',
  members: [aCacheCluster()],
  slots: [],
  endpoint: anEndpoint(),
  workflow: aWorkflowView(),
  ...over,
})

/** One member in each of the zones, the first of them the primary. */
export const aNodeGroupIn = (...zones: string[]): NodeGroup => {
  const members = zones.map((zone, i) => {
    const node = aNode({ id: `node-${i + 1}`, zone })
    return aCacheCluster({ id: `cc-${i + 1}`, cacheClusterId: `sessions-00${i + 1}`, nodes: [node] })
  })
  return aNodeGroup({ primaryNodeId: 'node-1', members })
}

export const aReplicationGroup = (over: Partial<ReplicationGroup> = {}): ReplicationGroup => ({
  ...settings,
  id: 'rg-aaaaaaaaaaaaaaaa',
  accountId: '000000000000',
  replicationGroupId: 'sessions',
  description: 'web sessions',
  atRestEncryptionEnabled: false,
  authTokenLastModifiedDate: null,
  authTokenUpdate: null,
  automaticFailoverEnabled: false,
  multiAZEnabled: false,
  createdAt: new Date('2026-01-01T00:00:00Z'),
  networkId: 'net-aaaaaaaaaaaaaaaa',
  clusterMode: 'disabled',
  clusterEnabled: false,
  configurationEndpoint: null,
  pending: null,
  resharding: null,
  snapshotting: false,
  nodeGroups: [aNodeGroup()],
  workflow: aWorkflowView(),
  ...over,
})

export const aSnapshot = (over: Partial<Snapshot> = {}): Snapshot => ({
  id: 'snap-aaaaaaaaaaaaaaaa',
  accountId: '000000000000',
  snapshotName: 'monday',
  broughtFor: null,
  source: 'manual',
  origin: {
    ...settings,
    replicationGroupId: 'sessions',
    replicationGroupDescription: 'web sessions',
    cacheClusterId: null,
    automaticFailoverEnabled: false,
    clusterEnabled: false,
    numNodeGroups: 1,
    preferredAvailabilityZone: null,
    createdAt: new Date('2026-01-01T00:00:00Z'),
  },
  files: [
    {
      fileId: 'rdb-aaaaaaaaaaaaaaaa',
      nodeGroupId: '0001',
      nodeGroupRow: null,
      slots: [],
      copyOf: null,
      content: null,
    },
  ],
  finalOf: null,
  isCopy: false,
  isBeingCopied: false,
  upload: null,
  restoring: false,
  createdAt: new Date('2026-01-01T00:00:00Z'),
  workflow: aWorkflowView(),
  ...over,
})

/** What a lone primary says of itself. */
export const aServingReading = (over: Partial<ServingReading> = {}): ServingReading => ({
  kind: 'serving',
  version: '8.1.1',
  runId: 'r',
  role: 'primary',
  open: true,
  maxmemoryBytes: 1,
  clusterNodeId: null,
  usedMemoryBytes: 1,
  replication: {
    historyId: 'h',
    formerHistoryId: null,
    offset: 0,
    keys: 0,
    keysElsewhere: 0,
    undone: 0,
    loading: false,
    replicas: [],
    link: null,
  },
  ...over,
})

export type ServingReading = Extract<NodeReading, { kind: 'serving' }>

export const aNodeSubject = (over: Partial<NodeSubject> = {}): NodeSubject => ({
  node: aNode(),
  cluster: aCacheCluster(),
  network: { id: 'net-aaaaaaaaaaaaaaaa', subnet: '10.96.0.0/24', gateway: '10.96.0.1' },
  owner: { kind: 'replication-group', id: 'rg-aaaaaaaaaaaaaaaa', name: 'sessions' },
  nodeGroupId: 'ng-aaaaaaaaaaaaaaaa',
  authToken: null,
  saslUsers: [],
  formerAuthToken: null,
  engineCpus: 2,
  endpointAddresses: ['127.0.0.1'],
  portIsFixed: false,
  zoneOutage: null,
  seed: null,
  bridgesFrom: null,
  ...over,
})
