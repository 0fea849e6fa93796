import {
  done,
  FAILED_STEP,
  HOME_STEP,
  hop,
  hours,
  isSnapshotSettled,
  minutes,
  nap,
  networkSpec,
  pass,
  seconds,
  snapshotStatus,
  whyNotRestorable,
  type Change,
  type Network,
  type NewEvent,
  type RestoreWish,
  type Snapshot,
  type WorkflowView,
} from '@cacheplane/domain'
import { z } from 'zod'
import type { StepContext } from './step-context.ts'

/** What an owner is made of and waits for: the nodes of a cache cluster, the node groups of a replication group. */
interface Part {
  kind: 'node' | 'node-group'
  id: string
  name: string
  workflow: WorkflowView
}

/** What replication groups and standalone cache clusters have in common: a network, parts in it, and a way back. */
export interface OwnerFacts {
  accountId: string
  parts: readonly Part[]
  network: Network
  engineIds: readonly string[]
  /** Files that it is to begin with, and as what; null when nothing is brought for it. */
  brought: { snapshot: Snapshot; as: RestoreWish } | null
  created: readonly NewEvent[]
  deleted: readonly NewEvent[]
  /** Deletes the owner's rows once nothing of it stands any more. */
  removal: Change
}

export const OwnerFrame = z.object({})
/** What an owner remembers beside is its own affair. */
export type OwnerContext<Subject> = StepContext<Subject, object>

const CREATE_WITHIN_MS = minutes(5)

/** The table that owners share; each adds its own `wait`. */
export const ownerSteps = <S>(facts: (subject: S) => OwnerFacts) => ({
  start: async (c: OwnerContext<S>) => begin(c, facts(c.subject)),
  await_files: async (c: OwnerContext<S>) => awaitFiles(c, facts(c.subject)),
  ensure_network: (c: OwnerContext<S>) => ensureNetwork(c, facts(c.subject)),
  spawn_parts: async (c: OwnerContext<S>) => spawnParts(c, facts(c.subject)),
  await_parts: async (c: OwnerContext<S>) => awaitParts(c, facts(c.subject)),

  unwind: (c: OwnerContext<S>) => unwind(c, facts(c.subject)),
  failed: async () => nap(hours(24), 'the creation failed'),

  destroy: async (c: OwnerContext<S>) => destroy(c, facts(c.subject)),
  destroy_parts: async (c: OwnerContext<S>) => destroyedParts(facts(c.subject)),
  destroy_network: (c: OwnerContext<S>) => destroyNetwork(c, facts(c.subject)),
})

function begin<S>(c: OwnerContext<S>, { brought }: OwnerFacts) {
  return brought !== null ? pass('await_files') : make(c)
}

function make<S>(c: OwnerContext<S>) {
  c.deadline(CREATE_WITHIN_MS)
  return pass('ensure_network')
}

/** Nothing is made of files that are not here, whole and loaded once; how long that may take is their own affair. */
function awaitFiles<S>(c: OwnerContext<S>, { brought }: OwnerFacts) {
  if (brought !== null && !isSnapshotSettled(snapshotStatus(brought.snapshot)))
    return nap(minutes(1), 'the files that it is to begin with are being brought')
  const because = brought === null ? 'the files that it was to begin with are gone' : whyNot(brought)
  if (because !== null) {
    c.fail(because)
    return hop('unwind')
  }
  return make(c)
}

function whyNot({ snapshot, as }: NonNullable<OwnerFacts['brought']>): string | null {
  const { failure } = snapshot.workflow
  return failure === null ? (whyNotRestorable(snapshot, as)?.message ?? null) : `snapshotArns: ${failure}`
}

async function ensureNetwork<S>(c: OwnerContext<S>, facts: OwnerFacts) {
  const specs = facts.engineIds.map((engineId) => networkSpec(facts.network, engineId))
  const ensured = await Promise.all(specs.map((spec) => c.fleet.ensureNetwork(spec)))
  if (ensured.some((one) => one.kind === 'refused')) {
    c.change({ do: 'move-network', networkId: facts.network.id })
    return hop('ensure_network')
  }
  const unknown = ensured.find((one) => one.kind === 'unknown')
  if (unknown === undefined) return pass('spawn_parts')
  if (!c.overdue) return nap(seconds(1), unknown.because)
  c.fail(unknown.because)
  return hop('unwind')
}

function spawnParts<S>(c: OwnerContext<S>, facts: OwnerFacts) {
  for (const part of facts.parts) spawn(c, part)
  return pass('await_parts')
}

function spawn<S>(c: OwnerContext<S>, { kind, id }: Part): void {
  c.change({ do: 'spawn', kind, subjectId: id, parentId: c.workflow.id })
}

function awaitParts<S>(c: OwnerContext<S>, facts: OwnerFacts) {
  return partsAreComing(c, facts) ?? comeHome(c, facts)
}

/** Null when all of them are at home. */
export function partsAreComing<S>(c: OwnerContext<S>, facts: OwnerFacts) {
  const failed = facts.parts.find((part) => part.workflow.step === FAILED_STEP)
  if (failed !== undefined) {
    c.fail(failed.workflow.failure ?? `${failed.name} could not be created`)
    return hop('unwind')
  }
  const starting = facts.parts.filter((part) => part.workflow.step !== HOME_STEP)
  if (starting.length === 0) return null
  return nap(seconds(30), `${starting.length} of ${facts.parts.length} are starting`)
}

/** The creation is complete. */
export function comeHome<S>(c: OwnerContext<S>, facts: OwnerFacts) {
  for (const event of facts.created) c.event(facts.accountId, event)
  c.deadline(null)
  return pass('wait')
}

/** Takes down what a failed creation has made, so that what is left is a row that says why. */
async function unwind<S>(c: OwnerContext<S>, facts: OwnerFacts) {
  if (facts.parts.length > 0) {
    destroyParts(c, facts)
    return nap(seconds(30), 'the nodes of the failed creation are being removed')
  }
  const standing = await removeNetworks(c, facts)
  return standing === null ? pass('failed') : nap(seconds(1), standing)
}

function destroy<S>(c: OwnerContext<S>, facts: OwnerFacts) {
  destroyParts(c, facts)
  return pass('destroy_parts')
}

function destroyedParts(facts: OwnerFacts) {
  if (facts.parts.length > 0) return nap(seconds(30), `${facts.parts.length} parts are being removed`)
  return pass('destroy_network')
}

async function destroyNetwork<S>(c: OwnerContext<S>, facts: OwnerFacts) {
  const standing = await removeNetworks(c, facts)
  if (standing !== null) return nap(seconds(1), standing)
  for (const event of facts.deleted) c.event(facts.accountId, event)
  c.change(facts.removal)
  return done()
}

/** A part that was never spawned gets its workflow here, so that there is one way for it to go. */
function destroyParts<S>(c: OwnerContext<S>, facts: OwnerFacts): void {
  for (const part of facts.parts) {
    spawn(c, part)
    c.change({ do: 'raise', kind: part.kind, subjectId: part.id, signal: 'destroy' })
  }
}

/** Null when every engine is rid of it, otherwise why not. */
async function removeNetworks<S>(c: OwnerContext<S>, facts: OwnerFacts): Promise<string | null> {
  const { id: networkId } = facts.network
  const removed = await Promise.all(
    facts.engineIds.map((engineId) => c.fleet.removeNetwork({ networkId, engineId })),
  )
  const unknown = removed.find((one) => one.kind === 'unknown')
  return unknown === undefined ? null : unknown.because
}
