import { cacheCluster } from './cache-cluster.ts'
import { dockerEngine } from './docker-engine.ts'
import { node } from './node.ts'
import { replicationGroup } from './replication-group.ts'

export const RUNBOOKS = [replicationGroup, cacheCluster, node, dockerEngine]

export type { Runbook } from './define-workflow.ts'
export { FAILPOINT_POSITIONS, failpointName, noFailpoints, type Failpoints } from './failpoints.ts'
export { LEASE_MS } from './held-lease.ts'
export { Runner, type RunnerDeps, type RunnerLog } from './runner.ts'
