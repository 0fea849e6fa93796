import { availabilityZone } from './availability-zone.ts'
import { cacheCluster } from './cache-cluster.ts'
import { edge } from './edge.ts'
import { dockerEngine } from './docker-engine.ts'
import { node } from './node.ts'
import { nodeGroup } from './node-group/index.ts'
import { replicationGroup } from './replication-group.ts'
import { snapshot } from './snapshot.ts'

export const RUNBOOKS = [
  replicationGroup,
  cacheCluster,
  nodeGroup,
  node,
  edge,
  dockerEngine,
  availabilityZone,
  snapshot,
]

export type { Runbook } from './define-workflow.ts'
export { FAILPOINT_POSITIONS, failpointName, noFailpoints, type Failpoints } from './failpoints.ts'
export { LEASE } from './held-lease.ts'
export { Runner, type RunnerDeps, type RunnerLog } from './runner.ts'
