import type { EdgeSpec, Ensured } from '@cacheplane/domain'
import { ready, reason, unknown } from './call.ts'
import { EDGE_BOOT_MS } from './deadlines.ts'
import type { DockerEngine } from './docker-engine.ts'
import { ensureContainer } from './ensure-container.ts'
import { EDGE_LABEL, edgeLabels } from './labels.ts'
import { edgeName } from './names.ts'
import { observeEdge, type EdgeBench } from './observe-edge.ts'
import { removeOwned } from './remove-owned.ts'
import { startRefusal } from './start-refusal.ts'

type EnsuredEdge = Ensured<'port-taken' | 'image-missing' | 'dead'>

/**
 * The promise is in the port's docstring. On the host's network it is not Docker but HAProxy that finds a port taken,
 * after the start; so the answer waits until the edge serves or has stopped.
 */
export async function ensureEdge(
  bench: EdgeBench,
  installation: string,
  spec: EdgeSpec,
): Promise<EnsuredEdge> {
  const { engine } = bench
  const { edgeId: ownerId, incarnation } = spec
  const containers = await engine.containers(ownerId, EDGE_LABEL)
  if (containers.kind !== 'ok') return unknown(reason(containers))
  const [name, labels] = [edgeName(spec), edgeLabels(installation, spec)]
  const create = () => engine.createEdge({ name, labels, spec })
  const wish = { installation, label: EDGE_LABEL, ownerId, incarnation, name, create } as const
  const ensured = await ensureContainer(engine, wish, containers.value)
  if (ensured.kind === 'unknown') return ensured
  if (ensured.kind === 'ready') return settled(bench, spec)
  switch (ensured.refusal) {
    case 'dead':
      return explained(engine, spec, ensured.because)
    case 'address-taken':
    case 'seed-damaged':
      return unknown(ensured.because)
    default:
      return { ...ensured, refusal: ensured.refusal }
  }
}

async function settled(bench: EdgeBench, spec: EdgeSpec): Promise<EnsuredEdge> {
  const reading = await observeEdge(bench, spec, EDGE_BOOT_MS)
  switch (reading.kind) {
    case 'serving':
      return ready
    case 'dead':
      return explained(bench.engine, spec, reading.because)
    case 'starting':
    case 'unknown':
      return unknown(reading.because)
  }
}

/** A stopped edge that never had its ports has served nobody: it leaves nothing behind. */
async function explained(engine: DockerEngine, spec: EdgeSpec, because: string): Promise<EnsuredEdge> {
  const name = edgeName(spec)
  const said = await engine.lastWords(name)
  const taken = said.kind === 'ok' && startRefusal(said.value) === 'port-taken'
  if (!taken) return { kind: 'refused', refusal: 'dead', because }
  const cleared = await removeOwned(engine, [{ ref: name }], spec.edgeId, EDGE_LABEL)
  const line = said.value.split('\n').find((text) => startRefusal(text) !== null) ?? because
  return cleared.kind === 'gone' ? { kind: 'refused', refusal: 'port-taken', because: line.trim() } : cleared
}
