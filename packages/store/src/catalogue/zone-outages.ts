import {
  isDeleting,
  HOME_STEP,
  invariant,
  ServiceError,
  type Accepted,
  type AvailabilityZone,
  type Idempotency,
  type OutageMode,
  type Signal,
  type ZoneOutage,
} from '@cacheplane/domain'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { raiseOn } from '../workflows/raise.ts'
import { asOneChange } from './change-group.ts'
import { insertWorkflow, lockPlacement, wasCreated } from './create-owner.ts'
import { recall, rememberKey } from './idempotency.ts'

interface ZoneRow {
  name: string
  engineId: string
  address: string
  mode: OutageMode | null
  since: Date | null
  step: string | null
  signals: Signal[] | null
}

export async function listZones(q: Queryable): Promise<AvailabilityZone[]> {
  const rows = await q.rows<ZoneRow>(sql`
    SELECT z.name, z.engine_id AS "engineId", z.address, z.outage_mode AS mode, z.outage_since AS since, w.step,
      (SELECT array_agg(s.name) FROM signal s WHERE s.workflow_id = w.id) AS signals
    FROM zone z LEFT JOIN workflow w ON w.kind = 'availability-zone' AND w.subject_id = z.name ORDER BY z.name`)
  return rows.map(({ name, engineId, address, ...row }) => ({
    name,
    engineId,
    address,
    outage: outageOf(row),
  }))
}

function outageOf({
  mode,
  since,
  step,
  signals,
}: Omit<ZoneRow, 'name' | 'engineId' | 'address'>): ZoneOutage | null {
  if (mode === null || since === null) return null
  const workflow = {
    step: step ?? '',
    signals: signals ?? [],
    firstHomeAt: null,
    failure: null,
    because: null,
  }
  if (isDeleting(workflow)) return { mode, since, status: 'ending' }
  return { mode, since, status: step === HOME_STEP ? 'active' : 'starting' }
}

/** Whoever places a node meanwhile has placed it before, or sees that the zone is out. */
export function beginOutage(
  db: Database,
  accountId: string,
  zone: string,
  mode: OutageMode,
  idempotency: Idempotency | null,
): Promise<Accepted> {
  return db.transaction(
    async (q) => {
      await lockPlacement(q)
      const replayed = await recall(q, { accountId, idempotency })
      if (replayed !== null) return replayed
      const outage = await lockZone(q, zone)
      if (outage !== null)
        throw wrongState(`Availability zone ${zone} is out already, by an outage of the mode ${outage}.`)
      await q.run(sql`UPDATE zone SET outage_mode = ${mode}, outage_since = clock_now() WHERE name = ${zone}`)
      const workflowId = await insertWorkflow(q, 'availability-zone', zone)
      const accepted = { resourceId: zone, workflowId, replayed: false }
      await rememberKey(q, { accountId, idempotency }, accepted)
      return accepted
    },
    { landed: wasCreated },
  )
}

export function endOutage(db: Database, zone: string): Promise<Accepted> {
  return asOneChange(db, async (q) => {
    const [row] = await q.rows<{ id: string }>(sql`
      SELECT id FROM workflow WHERE kind = 'availability-zone' AND subject_id = ${zone} FOR UPDATE`)
    const outage = await lockZone(q, zone)
    if (outage === null) throw wrongState(`Availability zone ${zone} is not out.`)
    invariant(row, `the outage of ${zone} has a workflow`)
    await raiseOn(q, 'availability-zone', zone, 'destroy')
    return { resourceId: zone, workflowId: row.id, replayed: false }
  })
}

async function lockZone(q: Queryable, name: string): Promise<OutageMode | null> {
  const [zone] = await q.rows<{ mode: OutageMode | null }>(sql`
    SELECT outage_mode AS mode FROM zone WHERE name = ${name} FOR NO KEY UPDATE`)
  if (zone !== undefined) return zone.mode
  const known = await q.rows<{ name: string }>(sql`SELECT name FROM zone ORDER BY name`)
  throw new ServiceError(
    'AvailabilityZoneNotFound',
    `${name} is not an availability zone of this installation; it has ${known.map((one) => one.name).join(', ')}.`,
  )
}

function wrongState(message: string): ServiceError {
  return new ServiceError('InvalidAvailabilityZoneState', message)
}
