import {
  findVaultViolations,
  findViolations,
  HOME_STEP,
  judgeVault,
  nodeRef,
  seconds,
  type Audit,
  type Clock,
  type Estate,
  type Fleet,
  type Inventory,
  type NodeReading,
  type Vault,
  type WorkflowStore,
} from '@cacheplane/domain'

interface Inspected {
  store: Pick<Estate, 'audit' | 'knownFiles'> & Pick<WorkflowStore, 'loadNode'>
  fleet: Pick<Fleet, 'survey' | 'inventory' | 'observeNode'>
  vault: Pick<Vault, 'list'>
}

const LOOK_AGAIN_AFTER_MS = seconds(1)

/** What is wrong at this moment, work that is under way included. */
export async function lookForViolations(inspected: Inspected): Promise<string[]> {
  const { store, fleet } = inspected
  const inventories = new Map<string, Inventory>()
  for (const { engineId, reachable, because } of await fleet.survey()) {
    const silent: Inventory = { kind: 'unknown', because: because ?? 'it does not answer' }
    inventories.set(engineId, reachable ? await fleet.inventory(engineId) : silent)
  }
  const audit = await store.audit()
  return [
    ...findViolations(audit, inventories, await readNodes(inspected, audit)),
    ...(await lookIntoVault(inspected)),
  ]
}

async function lookIntoVault({ store, vault }: Inspected): Promise<string[]> {
  const found = await vault.list()
  return findVaultViolations(judgeVault(await store.knownFiles(), found, new Date()))
}

async function readNodes({ store, fleet }: Inspected, audit: Audit): Promise<Map<string, NodeReading>> {
  const readings = new Map<string, NodeReading>()
  for (const { kind, step, subjectId } of audit.workflows) {
    if (kind !== 'node' || step !== HOME_STEP) continue
    const subject = await store.loadNode(subjectId)
    if (subject !== null) readings.set(subjectId, await fleet.observeNode(nodeRef(subject), 0))
  }
  return readings
}

/** What stays wrong however long we wait: looks until all is well, or gives the last findings after `patienceMs`. */
export async function lastingViolations(
  inspected: Inspected,
  clock: Clock,
  patienceMs: number,
): Promise<string[]> {
  const deadlineMs = clock.monotonicMs() + patienceMs
  for (;;) {
    const violations = await lookForViolations(inspected)
    if (violations.length === 0 || clock.monotonicMs() > deadlineMs) return violations
    await clock.sleep(LOOK_AGAIN_AFTER_MS)
  }
}
