import {
  describeError,
  minutes,
  VaultDamage,
  type Clock,
  type Removed,
  type Trial,
  type Tried,
  type Vault,
} from '@cacheplane/domain'
import { gone, reason, unknown } from './call.ts'
import { OUT_OF_MEMORY, type ContainerFacts, type DockerEngine } from './docker-engine.ts'
import { isOurs, TRIAL_LABEL, trialLabels } from './labels.ts'
import { trialName } from './names.ts'

const LOOK_EVERY_MS = 50
/** How often it is looked for what the engine says of its memory, where the file says nothing: every five seconds it does. */
const LOOKS_FOR_MEMORY = 120
/** From the last byte that it was sent: what is small when packed may take long to unpack. */
const LOAD_WITHIN_MS = minutes(3)
/** What every version says once it has loaded everything, and not before. */
const HAS_LOADED = /Ready to accept connections/

export interface TrialBench {
  installation: string
  engine: DockerEngine
  clock: Clock
}

type Inspected = ContainerFacts & { because: string }

/** The promise is in the port's docstring. */
export async function tryFile(bench: TrialBench, vault: Vault, trial: Trial): Promise<Tried> {
  try {
    if ((await vault.find(trial.fileId)) === null)
      return { kind: 'refused', because: 'the vault has no such file' }
  } catch (error) {
    return { kind: error instanceof VaultDamage ? 'refused' : 'unknown', because: describeError(error) }
  }
  return tryContent(bench, trial, vault.open(trial.fileId))
}

/** Has an engine that was made for nothing else load what is read meanwhile, and takes the engine away again. */
export async function tryContent(
  bench: TrialBench,
  trial: Trial,
  content: AsyncIterable<Uint8Array>,
): Promise<Tried> {
  const { engine, installation } = bench
  // Whatever stands there has seen another reading.
  const cleared = await removeTrial(engine, installation, trial.fileId)
  if (cleared.kind !== 'gone') return cleared
  const name = trialName(trial.fileId)
  const labels = trialLabels(installation, trial.fileId)
  const created = await engine.createTrial({ name, labels, trial })
  if (created.kind !== 'ok') return unknown(reason(created))
  const fed = await engine.startFed(created.value, content)
  const tried = fed.kind === 'ok' ? await judge(bench, created.value) : notFed(fed)
  await engine.removeContainer(created.value)
  return tried
}

function notFed(fed: Parameters<typeof reason>[0]): Tried {
  const because = reason(fed)
  return { kind: because.startsWith('seed damaged: ') ? 'refused' : 'unknown', because }
}

/** Looks until it has loaded what it was sent, or has given up. */
async function judge({ engine, clock }: TrialBench, ref: string): Promise<Tried> {
  const deadlineMs = clock.monotonicMs() + LOAD_WITHIN_MS
  for (let patience = LOOKS_FOR_MEMORY; ;) {
    const tried = await look(engine, ref)
    const isWaitedFor = tried !== 'loading' && tried.kind === 'loaded' && tried.usedMemoryBytes === null
    if (tried !== 'loading' && !(isWaitedFor && patience-- > 0)) return tried
    if (clock.monotonicMs() > deadlineMs) return unknown('the engine has not come to an end of it')
    await clock.sleep(LOOK_EVERY_MS)
  }
}

async function look(engine: DockerEngine, ref: string): Promise<Tried | 'loading'> {
  const [inspected, said] = [await engine.inspectContainer(ref), await engine.lastWords(ref)]
  if (inspected.kind !== 'ok') return unknown(reason(inspected))
  if (said.kind !== 'ok') return unknown(reason(said))
  switch (inspected.value.state) {
    case 'running':
      return HAS_LOADED.test(said.value) ? loaded(said.value) : 'loading'
    case 'exited':
      return { kind: 'refused', because: whyExited(inspected.value, said.value) }
    default:
      return unknown(`the trial is ${inspected.value.state}`)
  }
}

/** What the engine has taken for it; and what whoever wrote the file had, if that is told. */
const IN_USE = /(\d+)(?: \([^)]*\))? bytes in use/
const WHEN_CREATED = /RDB memory usage when created ([\d.]+) Mb/

function loaded(said: string): Tried {
  const [bytes, megabytes] = [IN_USE.exec(said)?.[1], WHEN_CREATED.exec(said)?.[1]]
  if (bytes !== undefined) return { kind: 'loaded', usedMemoryBytes: Number(bytes) }
  return { kind: 'loaded', usedMemoryBytes: megabytes === undefined ? null : Number(megabytes) * 1024 ** 2 }
}

/** What every failed load ends with, whatever it was. */
const AT_LAST = /Fatal error loading the DB/

/** The engine's own last warning says more than its exit code. */
function whyExited({ because }: Inspected, said: string): string {
  // Whoever is killed says nothing any more, and what it said before is about something else.
  if (because === OUT_OF_MEMORY) return `the engine did not load it: ${because}`
  const lines = said.split('\n').filter((line) => line.includes(' # ') && !AT_LAST.test(line))
  const complaint = lines.findLast((line) => /RDB|load|format|version|OOM|memory|corrupt/i.test(line)) ?? ''
  const words = complaint
    .replace(/^.* # /, '')
    .trim()
    .slice(0, 200)
  return words === '' ? `the engine did not load it: ${because}` : `the engine did not load it: ${words}`
}

/** Nothing of a trial is anywhere but in its container. */
export async function removeTrial(
  engine: DockerEngine,
  installation: string,
  fileId: string,
): Promise<Removed> {
  const standing = await engine.inspectContainer(trialName(fileId))
  if (standing.kind === 'notFound') return gone
  if (standing.kind !== 'ok') return unknown(reason(standing))
  // A foreign container of the name is found out when a trial is to be made.
  if (!isTrialOf(standing.value, installation, fileId)) return gone
  const removed = await engine.removeContainer(standing.value.ref)
  return removed.kind === 'ok' || removed.kind === 'notFound' ? gone : unknown(reason(removed))
}

function isTrialOf({ labels }: ContainerFacts, installation: string, fileId: string): boolean {
  return isOurs(labels, installation) && labels[TRIAL_LABEL] === fileId
}
