import type { Audit, AuditedWorkflow } from './audit.ts'
import { minutes, seconds } from './duration.ts'
import { waitingForZones } from './find-outage-violations.ts'
import { FAILED_STEP } from './workflow.ts'

/** Sweeps come every second, so that a workflow which is due for longer is looked after by nobody. */
const OVERDUE_MAX_MS = seconds(60)
/** With backoff, this many take over a minute: the step fails for a reason that does not pass by itself. */
const ATTEMPTS_MAX = 12
/** Longer than the deadline of any stage. */
const STAGE_MAX_MS = minutes(10)

/** What rows say against one another, without a look at any engine. */
export function findRowViolations(audit: Audit): string[] {
  const waiting = waitingForZones(audit)
  return [
    ...unownedRows(audit),
    ...judgeEndpoints(audit),
    ...judgeAllocations(audit),
    ...audit.workflows.flatMap((workflow) =>
      judgeWorkflow(audit.at, workflow, waiting.has(workflow.subjectId)),
    ),
  ]
}

function unownedRows(audit: Audit): string[] {
  const { owners, networks, nodeGroups, nodes, edges, workflows, engineIds, snapshotIds, zonesOut } = audit
  const ownerIds = new Set(owners.map((owner) => owner.id))
  const used = new Set(owners.map((owner) => owner.networkId))
  const subjects = new Set([
    ...ownerIds,
    ...[...nodeGroups, ...nodes, ...edges].map(({ id }) => id),
    ...engineIds,
    ...snapshotIds,
    ...zonesOut.map(({ zone }) => zone),
  ])
  const kept = new Set(workflows.flatMap((w) => (w.kind === 'docker-engine' ? [w.subjectId] : [])))
  return [
    ...networks
      .filter((network) => !used.has(network.id) && !network.engineIds.some((id) => kept.has(id)))
      .map(({ id }) => `network row ${id} has no owner`),
    ...nodeGroups
      .filter(({ ownerId }) => !ownerIds.has(ownerId))
      .map(({ name }) => `node group ${name} has no owner`),
    ...nodes.filter(({ ownerId }) => !ownerIds.has(ownerId)).map(({ name }) => `node ${name} has no owner`),
    ...workflows
      .filter(({ subjectId }) => !subjects.has(subjectId))
      .map(({ kind, id, subjectId }) => `${kind} workflow ${id} is about ${subjectId}, which is gone`),
  ]
}

/** One for each node group, unless cluster mode is enabled, and one for a replication group in cluster mode; no others. */
function judgeEndpoints({ owners, nodeGroups, edges }: Audit): string[] {
  const taken = edges.flatMap(({ endpoints }) => endpoints.flatMap(({ holderId }) => holderId ?? []))
  const ownerIds = new Set(owners.map(({ id }) => id))
  const lost = edges.flatMap(({ endpoints }) =>
    endpoints.flatMap(({ cacheClusterId: id }) => (id === null || ownerIds.has(id) ? [] : [id])),
  )
  const enabled = owners.filter(({ clusterMode }) => clusterMode === 'enabled')
  const holders = [
    ...owners
      .filter(({ clusterMode }) => clusterMode !== 'disabled')
      .map(({ id, name }) => ({ id, named: `replication group ${name}` })),
    ...nodeGroups
      .filter(({ ownerId }) => enabled.every(({ id }) => id !== ownerId))
      .map(({ id, name }) => ({ id, named: `node group ${name}` })),
  ]
  const known = new Set(holders.map(({ id }) => id))
  return [
    ...lost.map((id) => `an endpoint is held by cache cluster ${id}, which is gone`),
    ...taken
      .filter((id) => !known.has(id))
      .map((id) => `an endpoint is held by ${id}, which is gone or has none`),
    ...holders.flatMap(({ id, named }) => {
      const count = taken.filter((one) => one === id).length
      return count === 1 ? [] : [`${named} has ${count} endpoints`]
    }),
  ]
}

/** Every address in use is held by its user, and nothing else is held. */
function judgeAllocations({ allocations, nodes, networks, edges }: Audit): string[] {
  const used = new Set([
    ...nodes.flatMap(({ id, networkId, ip, engineId, port, plainPort, busPort }) => [
      `ip ${ip} in ${networkId} for ${id}`,
      `port ${port} in ${engineId} for ${id}`,
      ...(plainPort === null ? [] : [`port ${plainPort} in ${engineId} for ${id}`]),
      ...(busPort === null ? [] : [`port ${busPort} in ${engineId} for ${id}`]),
    ]),
    ...edges.flatMap(({ id, engineId, controlPort, endpoints }) =>
      [controlPort, ...endpoints.flatMap((one) => [one.primaryPort, one.readerPort])].map(
        (port) => `port ${port} in ${engineId} for ${id}`,
      ),
    ),
    ...networks.map(({ id }) => `subnet in ${id} for ${id}`),
  ])
  const held = new Set(
    allocations.map(({ of, scope, address, holder }) =>
      [of, ...(address === null ? [] : [address]), 'in', scope, 'for', holder].join(' '),
    ),
  )
  return [
    ...[...held].filter((one) => !used.has(one)).map((one) => `held and not used: ${one}`),
    ...[...used].filter((one) => !held.has(one)).map((one) => `used and not held: ${one}`),
  ]
}

/** @param isWaiting for an availability zone to come back */
function judgeWorkflow(at: Date, workflow: AuditedWorkflow, isWaiting: boolean): string[] {
  const { kind, id, step, leaseUntil, leaseOwner, attempts, lastError } = workflow
  const since = (date: Date): number => at.getTime() - date.getTime()
  const says: string[] = []
  if (leaseUntil === null && since(workflow.runAt) > OVERDUE_MAX_MS)
    says.push(`is overdue by ${Math.round(since(workflow.runAt) / 1_000)} s`)
  if (leaseUntil !== null && since(leaseUntil) > OVERDUE_MAX_MS)
    says.push(`was left by ${leaseOwner} and nobody took it over`)
  if (attempts > ATTEMPTS_MAX) says.push(`was tried ${attempts} times: ${lastError ?? 'it crashed'}`)
  for (const { name, raisedAt } of workflow.signals)
    // A final snapshot takes its time.
    if (!isWaiting && name !== 'retire' && since(raisedAt) > STAGE_MAX_MS)
      says.push(`has not answered the signal ${name} for over 10 minutes`)
  if (workflow.firstHomeAt === null && step !== FAILED_STEP && since(workflow.createdAt) > STAGE_MAX_MS)
    says.push('has not come home for over 10 minutes')
  return says.map((what) => `${kind} workflow ${id} at ${step} ${what}`)
}
