import {
  type Accepted,
  type AvailabilityZone,
  type OutageMode,
  type Principal,
  ServiceError,
} from '@cacheplane/domain'
import { type Action, ANYTHING, authorize } from './authorize.ts'
import { idempotencyOf } from './idempotency.ts'
import type { Service } from './service.ts'

/** Whom and which zone an outage is about. Zones belong to the installation: every account with nodes there is hit. */
export interface AskedOfZone {
  principal: Principal
  zone: string
}

/** Takes an availability zone out on purpose; ElastiCache has no such operation. */
export function beginOutage(
  service: Service,
  asked: AskedOfZone & { idempotencyKey: string | null },
  mode: OutageMode,
): Promise<AvailabilityZone> {
  return change(service, asked, 'BeginAvailabilityZoneOutage', (action) => {
    const { principal, zone, idempotencyKey } = asked
    const key = idempotencyOf(service, action, { zone, mode }, idempotencyKey)
    return service.catalogue.beginOutage(principal.accountId, zone, mode, key)
  })
}

export function endOutage(service: Service, asked: AskedOfZone): Promise<AvailabilityZone> {
  return change(service, asked, 'EndAvailabilityZoneOutage', () => service.catalogue.endOutage(asked.zone))
}

async function change(
  service: Service,
  { principal, zone }: AskedOfZone,
  action: Action,
  apply: (action: Action) => Promise<Accepted>,
): Promise<AvailabilityZone> {
  authorize(principal, action, ANYTHING)
  const accepted = await apply(action)
  void service.doorbell.ring(accepted.workflowId)
  const found = await findZone(service, zone)
  if (found === null) throw zoneNotFound(zone)
  return found
}

export async function findZone({ catalogue }: Service, name: string): Promise<AvailabilityZone | null> {
  const zones = await catalogue.listZones()
  return zones.find((zone) => zone.name === name) ?? null
}

export function zoneNotFound(name: string): ServiceError {
  return new ServiceError('AvailabilityZoneNotFound', `Availability zone ${name} is gone.`)
}
