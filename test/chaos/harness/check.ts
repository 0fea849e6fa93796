import { lastingViolations } from '../../../apps/worker/src/lasting-violations.ts'
import { systemClock } from '../../../apps/worker/src/system-clock.ts'
import { DEADLINES } from '../deadlines.ts'
import type { Customer } from './customer.ts'
import { findErrors } from './scan-logs.ts'
import { findSecrets } from './scan-secrets.ts'
import type { Service } from './service.ts'

/** What is wrong once everything had its time to settle; a promise is kept when this is empty. */
export async function check(service: Service, customer: Customer): Promise<string[]> {
  return [
    ...(await lastingViolations(service.installation, systemClock, DEADLINES.settled)),
    ...(await findErrors(await service.logFiles())),
    ...(await findSecrets(service, [customer.canary, service.token], customer.answers)),
  ]
}
