import {
  findViolations,
  seconds,
  type Clock,
  type Estate,
  type Fleet,
  type Inventory,
} from '@cacheplane/domain'

interface Inspected {
  store: Pick<Estate, 'audit'>
  fleet: Pick<Fleet, 'survey' | 'inventory'>
}

const LOOK_AGAIN_AFTER_MS = seconds(1)

/** What is wrong at this moment, work that is under way included. */
export async function lookForViolations({ store, fleet }: Inspected): Promise<string[]> {
  const inventories = new Map<string, Inventory>()
  for (const { engineId, reachable, because } of await fleet.survey()) {
    const silent: Inventory = { kind: 'unknown', because: because ?? 'it does not answer' }
    inventories.set(engineId, reachable ? await fleet.inventory(engineId) : silent)
  }
  return findViolations(await store.audit(), inventories)
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
