import { randomBytes } from 'node:crypto'
import { missingAt } from '../../support/canary.ts'
import { DEADLINES } from '../deadlines.ts'
import type { Cache, Customer } from './customer.ts'
import { isAccepted } from './is-accepted.ts'
import { waitFor } from './wait-for.ts'

export interface KeptSnapshot {
  name: string
  /** False of one that failed. */
  isKept: boolean
  remove(): Promise<void>
}

/** Asks for a snapshot of the group, and waits until it is kept or has failed. */
export async function takeSnapshot(customer: Customer, replicationGroupId: string): Promise<KeptSnapshot> {
  const name = `chaos-${randomBytes(4).toString('hex')}`
  const path = `/v1/snapshots/${name}`
  await isAccepted(async () => {
    const answer = await customer.ask('POST', '/v1/snapshots', { snapshotName: name, replicationGroupId })
    // An answer that was lost may have been an acceptance.
    const isTaken = answer.status === 400 && answer.body.includes('SnapshotAlreadyExists')
    return isTaken ? { ...answer, status: 200 } : answer
  })
  const status = await waitFor(
    `snapshot ${name} to be kept or to fail`,
    async () => /"snapshotStatus":"([a-z]+)"/.exec((await customer.ask('GET', path)).body)?.[1] ?? '',
    (seen) => seen === 'available' || seen === 'failed',
    DEADLINES.settled,
  )
  return {
    name,
    isKept: status === 'available',
    remove: () => isAccepted(async () => asGone(await customer.ask('DELETE', path))),
  }
}

const asGone = (answer: { status: number; body: string }) =>
  [204, 404].includes(answer.status) ? { ...answer, status: 200 } : answer

/** Makes a group of the snapshot; throws unless all of this is in it. */
export async function keptIn(customer: Customer, of: string, written: readonly string[]): Promise<Cache> {
  const cache: Cache = { kind: 'replication-group', name: `of-${of}`, of }
  await customer.create(cache)
  await customer.isServed(cache)
  const target = await customer.target(await customer.portOf(cache))
  const missing = await missingAt(
    target,
    written.map((value) => ({ value })),
  )
  if (missing.length > 0)
    throw new Error(`snapshot ${of} lacks ${missing.length} of ${written.length} acknowledged writes`)
  return cache
}
