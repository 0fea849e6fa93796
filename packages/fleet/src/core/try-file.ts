import {
  describeError,
  VaultDamage,
  type Clock,
  type Removed,
  type Trial,
  type Tried,
  type Vault,
} from '@cacheplane/domain'
import { gone, reason, unknown } from './call.ts'
import type { ContainerFacts, DockerEngine } from './docker-engine.ts'
import { isOurs, TRIAL_LABEL, trialLabels } from './labels.ts'
import { trialName } from './names.ts'

const LOOK_EVERY_MS = 50
/** What every version says once it has loaded everything, and not before. */
const HAS_LOADED = /Ready to accept connections/

interface Bench {
  engine: DockerEngine
  vault: Vault
  clock: Clock
}

type Inspected = ContainerFacts & { because: string }

/** The promise is in the port's docstring. */
export async function tryFile(
  { engine, vault, clock }: Bench,
  installation: string,
  trial: Trial,
  patienceMs: number,
): Promise<Tried> {
  const begun = clock.monotonicMs()
  const started = await ensureStarted({ engine, vault }, installation, trial)
  if (started !== null) return started
  for (;;) {
    const tried = await look(engine, trialName(trial.fileId))
    if (tried.kind !== 'loading' || clock.monotonicMs() - begun >= patienceMs) return tried
    await clock.sleep(LOOK_EVERY_MS)
  }
}

/** Null when it runs, or has run. */
async function ensureStarted(
  { engine, vault }: Omit<Bench, 'clock'>,
  installation: string,
  trial: Trial,
): Promise<Tried | null> {
  const name = trialName(trial.fileId)
  const standing = await engine.inspectContainer(name)
  if (standing.kind !== 'ok' && standing.kind !== 'notFound') return unknown(reason(standing))
  if (standing.kind === 'ok') {
    if (!isTrialOf(standing.value, installation, trial.fileId))
      return unknown(`a foreign container holds the name ${name}`)
    if (standing.value.state !== 'created') return null
    // Nobody knows whether it has all of the file.
    const removed = await engine.removeContainer(standing.value.ref)
    if (removed.kind !== 'ok' && removed.kind !== 'notFound') return unknown(reason(removed))
  }
  const file = await findFile(vault, trial.fileId)
  if (file.kind !== 'file') return file
  const labels = trialLabels(installation, trial.fileId)
  const created = await engine.createTrial({ name, labels, trial, file: file.file })
  if (created.kind !== 'ok') return unknown(reason(created))
  const begun = await engine.startContainer(name)
  return begun.kind === 'ok' || begun.kind === 'notModified' ? null : unknown(reason(begun))
}

async function findFile(vault: Vault, fileId: string) {
  try {
    const file = await vault.find(fileId)
    if (file !== null) return { kind: 'file', file } as const
    return { kind: 'refused', because: 'the vault has no such file' } as const
  } catch (error) {
    const kind = error instanceof VaultDamage ? 'refused' : 'unknown'
    return { kind, because: describeError(error) } as const
  }
}

async function look(engine: DockerEngine, name: string): Promise<Tried> {
  const [inspected, said] = [await engine.inspectContainer(name), await engine.lastWords(name)]
  if (inspected.kind !== 'ok') return unknown(reason(inspected))
  if (said.kind !== 'ok') return unknown(reason(said))
  switch (inspected.value.state) {
    case 'running':
      return HAS_LOADED.test(said.value)
        ? { kind: 'loaded' }
        : { kind: 'loading', because: 'an engine is loading it' }
    case 'exited':
      return { kind: 'refused', because: whyExited(inspected.value, said.value) }
    default:
      return unknown(`the trial ${name} is ${inspected.value.state}`)
  }
}

/** The engine's own last warning says more than its exit code. */
function whyExited({ because }: Inspected, said: string): string {
  const lines = said.split('\n').filter((line) => line.includes(' # '))
  const complaint = lines.findLast((line) => /RDB|load|format|version|OOM|memory|corrupt/i.test(line)) ?? ''
  const words = complaint
    .replace(/^.* # /, '')
    .trim()
    .slice(0, 200)
  return words === '' ? `the engine did not load it: ${because}` : `the engine did not load it: ${words}`
}

/** Its volume goes with it, unless it was left behind alone. */
export async function removeTrial(
  engine: DockerEngine,
  installation: string,
  fileId: string,
): Promise<Removed> {
  const name = trialName(fileId)
  const standing = await engine.inspectContainer(name)
  if (standing.kind === 'ok' && isTrialOf(standing.value, installation, fileId)) {
    const removed = await engine.removeContainer(standing.value.ref)
    if (removed.kind !== 'ok' && removed.kind !== 'notFound') return unknown(reason(removed))
  } else if (standing.kind !== 'ok' && standing.kind !== 'notFound') return unknown(reason(standing))
  const volumes = await engine.volumes(fileId, TRIAL_LABEL)
  if (volumes.kind !== 'ok') return unknown(reason(volumes))
  for (const { ref } of volumes.value) {
    const removed = await engine.removeVolume(ref)
    if (removed.kind !== 'ok' && removed.kind !== 'notFound') return unknown(reason(removed))
  }
  return gone
}

function isTrialOf({ labels }: ContainerFacts, installation: string, fileId: string): boolean {
  return isOurs(labels, installation) && labels[TRIAL_LABEL] === fileId
}
