import {
  done,
  FAILED_STEP,
  HOME_STEP,
  hop,
  hours,
  minutes,
  nap,
  networkSpec,
  seconds,
  type CacheNode,
  type Change,
  type Network,
  type NewEvent,
} from '@cacheplane/domain'
import { z } from 'zod'
import type { StepContext } from './step-context.ts'

/** What replication groups and standalone cache clusters have in common: a network, nodes in it, and a way back. */
export interface OwnerFacts {
  accountId: string
  nodes: readonly CacheNode[]
  network: Network
  engineIds: readonly string[]
  created: readonly NewEvent[]
  deleted: readonly NewEvent[]
  /** Deletes the owner's rows once nothing of it stands any more. */
  removal: Change
}

export const OwnerFrame = z.object({})
export type OwnerContext<Subject> = StepContext<Subject, z.infer<typeof OwnerFrame>>

const CREATE_WITHIN_MS = minutes(5)

/** The table that owners share; each adds its own `wait`. */
export const ownerSteps = <S>(facts: (subject: S) => OwnerFacts) => ({
  start: async (c: OwnerContext<S>) => begin(c),
  ensure_network: (c: OwnerContext<S>) => ensureNetwork(c, facts(c.subject)),
  spawn_nodes: async (c: OwnerContext<S>) => spawnNodes(c, facts(c.subject)),
  await_nodes: async (c: OwnerContext<S>) => awaitNodes(c, facts(c.subject)),

  unwind: (c: OwnerContext<S>) => unwind(c, facts(c.subject)),
  failed: async () => nap(hours(24), 'the creation failed'),

  destroy: async (c: OwnerContext<S>) => destroy(c, facts(c.subject)),
  destroy_nodes: async (c: OwnerContext<S>) => destroyedNodes(facts(c.subject)),
  destroy_network: (c: OwnerContext<S>) => destroyNetwork(c, facts(c.subject)),
})

function begin<S>(c: OwnerContext<S>) {
  c.deadline(CREATE_WITHIN_MS)
  return hop('ensure_network')
}

async function ensureNetwork<S>(c: OwnerContext<S>, facts: OwnerFacts) {
  const specs = facts.engineIds.map((engineId) => networkSpec(facts.network, engineId))
  const ensured = await Promise.all(specs.map((spec) => c.fleet.ensureNetwork(spec)))
  if (ensured.some((one) => one.kind === 'refused')) {
    c.change({ do: 'move-network', networkId: facts.network.id })
    return hop('ensure_network')
  }
  const unknown = ensured.find((one) => one.kind === 'unknown')
  if (unknown === undefined) return hop('spawn_nodes')
  if (!c.overdue) return nap(seconds(1), unknown.because)
  c.fail(unknown.because)
  return hop('unwind')
}

function spawnNodes<S>(c: OwnerContext<S>, facts: OwnerFacts) {
  for (const node of facts.nodes) c.change({ do: 'spawn-node', nodeId: node.id, parentId: c.workflow.id })
  return hop('await_nodes')
}

function awaitNodes<S>(c: OwnerContext<S>, facts: OwnerFacts) {
  const failed = facts.nodes.find((node) => node.workflow.step === FAILED_STEP)
  if (failed !== undefined) {
    c.fail(failed.workflow.failure ?? `cache node ${failed.cacheNodeId} could not be created`)
    return hop('unwind')
  }
  const starting = facts.nodes.filter((node) => node.workflow.step !== HOME_STEP)
  if (starting.length > 0)
    return nap(seconds(30), `${starting.length} of ${facts.nodes.length} nodes are starting`)
  for (const event of facts.created) c.event(facts.accountId, event)
  c.deadline(null)
  return hop('wait')
}

/** Takes down what a failed creation has made, so that what is left is a row that says why. */
async function unwind<S>(c: OwnerContext<S>, facts: OwnerFacts) {
  if (facts.nodes.length > 0) {
    destroyNodes(c, facts)
    return nap(seconds(30), 'the nodes of the failed creation are being removed')
  }
  const standing = await removeNetworks(c, facts)
  return standing === null ? hop('failed') : nap(seconds(1), standing)
}

function destroy<S>(c: OwnerContext<S>, facts: OwnerFacts) {
  destroyNodes(c, facts)
  return hop('destroy_nodes')
}

function destroyedNodes(facts: OwnerFacts) {
  if (facts.nodes.length > 0) return nap(seconds(30), `${facts.nodes.length} nodes are being removed`)
  return hop('destroy_network')
}

async function destroyNetwork<S>(c: OwnerContext<S>, facts: OwnerFacts) {
  const standing = await removeNetworks(c, facts)
  if (standing !== null) return nap(seconds(1), standing)
  for (const event of facts.deleted) c.event(facts.accountId, event)
  c.change(facts.removal)
  return done()
}

/** A node that was never spawned gets its workflow here, so that there is one way for a node to go. */
function destroyNodes<S>(c: OwnerContext<S>, facts: OwnerFacts): void {
  for (const node of facts.nodes) {
    c.change({ do: 'spawn-node', nodeId: node.id, parentId: c.workflow.id })
    c.change({ do: 'raise', kind: 'node', subjectId: node.id, signal: 'destroy' })
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
