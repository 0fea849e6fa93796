import {
  chooseSource,
  choiceOf,
  done,
  hop,
  hours,
  invariant,
  minutes,
  nap,
  nodeRef,
  nodeSpec,
  seconds,
  type NodeSubject,
  type Copied,
  type SnapshotFile,
  type SnapshotSubject,
  type Trial,
  type Tried,
  UPLOAD_SEEN_EVERY_MS,
} from '@cacheplane/domain'
import { defineWorkflow } from './define-workflow.ts'
import { keepSource, letGo, tell } from './keep-source.ts'
import { chooseForBrought, receiveFile } from './receive-file.ts'
import { Frame, type Chosen, type Context } from './snapshot-frame.ts'
import { wakeOwner } from './wake-owner.ts'

const TAKE_WITHIN_MS = minutes(30)
/** Files that are read at a time. */
const AT_ONCE = 4
const FAILURES_MAX = 5
const EXAMINE_MS = 1_000

/**
 * Life of a snapshot: choose whom to read, read it into the vault, prove what was read by loading it, and keep it. Promise:
 * what comes home can be loaded, all of it; what does not leaves no file behind.
 */
export const snapshot = defineWorkflow<SnapshotSubject>()({
  kind: 'snapshot',
  frame: Frame,
  load: (store, id) => store.loadSnapshot(id),
  steps: {
    async start(c) {
      c.deadline(TAKE_WITHIN_MS)
      const { isCopy, origin } = c.subject.snapshot
      if (isCopy) return hop('copy')
      return hop(origin.imported === undefined ? 'choose' : 'receive')
    },

    // Files that somebody brought: it is known from the start who tries them.
    async receive(c) {
      for (const { fileId } of c.subject.snapshot.files) c.frame.chosen[fileId] = chooseForBrought(c)
      if (c.subject.snapshot.upload !== null) return awaitUpload(c)
      c.deadline(TAKE_WITHIN_MS)
      const [now, later] = portions(c)
      const missing = await Promise.all(now.map((index) => receiveFile(c, index)))
      const because = missing.find((one) => one?.kind === 'refused') ?? missing.find((one) => one !== null)
      if (!because) return hop(later.length > 0 ? 'receive' : 'verify')
      c.frame.failures += 1
      if (because.kind === 'refused' || c.overdue || c.frame.failures >= FAILURES_MAX)
        return giveUp(c, because.because)
      return nap(seconds(1), because.because)
    },

    // What a copy is of was proved when it was taken, and this is the same byte by byte.
    async copy(c) {
      const [now, later] = portions(c)
      const copied = await Promise.all(now.map((index) => copy(c, index)))
      const refused = copied.find((one) => one.kind === 'refused')
      if (refused !== undefined) return giveUp(c, refused.because)
      const unknown = copied.find((one) => one.kind === 'unknown')
      if (unknown !== undefined)
        return c.overdue ? giveUp(c, unknown.because) : nap(seconds(1), unknown.because)
      if (later.length > 0) return hop('copy')
      c.deadline(null)
      return hop('wait')
    },

    // Whom it was is written down before anything is read: a file that turns up in the vault is that one's.
    async choose(c) {
      if (c.subject.sources.some(({ nodes }) => nodes.length === 0))
        return giveUp(c, 'what the snapshot was to be of is gone')
      const missing = await Promise.all(unread(c).map((index) => choose(c, index)))
      const because = missing.find((one) => one !== null) ?? null
      if (because === null) return hop('capture')
      return c.overdue ? giveUp(c, because) : nap(seconds(1), because)
    },

    async capture(c) {
      const [now, later] = portions(c)
      const missed = await Promise.all(now.map((index) => capture(c, index)))
      const because = missed.find((one) => one !== null) ?? null
      if (because === null) return hop(later.length > 0 ? 'capture' : 'verify')
      c.frame.failures += 1
      if (c.overdue || c.frame.failures >= FAILURES_MAX) return giveUp(c, because)
      return hop('choose')
    },

    async verify(c) {
      const tried = await Promise.all(unproved(c).map((trial) => c.fleet.tryFile(trial)))
      const refused = tried.find((one) => one.kind === 'refused')
      if (refused !== undefined) return giveUp(c, refused.because)
      const waiting = tried.find((one) => one.kind !== 'loaded')
      const because = waiting === undefined ? await removeTrials(c) : waiting.because
      if (because !== null) return c.overdue ? giveUp(c, because) : nap(seconds(1), because)
      noteMemory(c, tried)
      tell(c, 'Snapshot succeeded for snapshot')
      wakeOwner(c)
      letGo(c)
      c.deadline(null)
      return hop('wait')
    },

    // Home.
    async wait() {
      return nap(hours(24), 'the snapshot is kept')
    },

    async unwind(c) {
      const standing = (await removeTrials(c)) ?? (await removeFiles(c))
      if (standing !== null) return nap(seconds(1), standing)
      tell(c, 'Snapshot failed for snapshot', c.workflow.failure ?? undefined)
      wakeOwner(c)
      return hop('failed')
    },

    async failed() {
      return nap(hours(24), 'the snapshot failed')
    },

    async destroy(c) {
      const standing = (await removeTrials(c)) ?? (await removeFiles(c))
      if (standing !== null) return nap(seconds(1), standing)
      c.change({ do: 'remove-snapshot', id: c.subject.snapshot.id })
      return done()
    },
  },
})

/** The api receives it, and wakes us when it is there. What is left by one that has died is nobody's report: it goes. */
function awaitUpload({ subject: { snapshot } }: Context) {
  return snapshot.upload === 'abandoned'
    ? hop('destroy')
    : nap(UPLOAD_SEEN_EVERY_MS, 'the file is being uploaded')
}

/** Which of the files are not in the vault yet, as far as is known. */
function unread({ subject: { snapshot } }: Context): number[] {
  return snapshot.files.flatMap(({ content }, index) => (content === null ? [index] : []))
}

function portions(c: Context): [now: number[], later: number[]] {
  const all = unread(c)
  return [all.slice(0, AT_ONCE), all.slice(AT_ONCE)]
}

async function copy(c: Context, index: number): Promise<Copied> {
  const file = c.subject.snapshot.files[index]
  if (!file?.copyOf) return { kind: 'refused', because: 'what was to be copied is gone' }
  const copied = await c.fleet.copyFile(file.copyOf, file.fileId)
  if (copied.kind === 'copied') c.change({ do: 'record-copy', fileId: file.fileId })
  return copied
}

function at(
  c: Context,
  index: number,
): { file: SnapshotFile; nodes: NodeSubject[]; primaryNodeId: string | null } {
  const [file, source] = [c.subject.snapshot.files[index], c.subject.sources[index]]
  invariant(file && source, `snapshot ${c.subject.snapshot.id} has a source for each of its files`)
  return { file, ...source }
}

/** Null when somebody was chosen, otherwise why nobody was. */
async function choose(c: Context, index: number): Promise<string | null> {
  const { file, nodes, primaryNodeId } = at(c, index)
  const candidates = await Promise.all(
    nodes.map(async (one) => ({
      nodeId: one.node.id,
      cacheClusterId: one.cluster.cacheClusterId,
      isPrimary: one.node.id === primaryNodeId,
      inService: one.node.openedAt !== null && one.node.replaces === null,
      reading: await c.fleet.examineNode(nodeRef(one), EXAMINE_MS),
    })),
  )
  const { origin, finalOf } = c.subject.snapshot
  const choice = chooseSource(candidates, origin.cacheClusterId, finalOf !== null)
  if (choice.kind === 'none') return choice.because
  const one = nodes.find(({ node }) => node.id === choice.nodeId)
  const reading = candidates.find(({ nodeId }) => nodeId === choice.nodeId)?.reading
  invariant(one && reading?.kind === 'serving', 'who was chosen is one of the candidates, and serves')
  c.frame.chosen[file.fileId] = chosenOf(one, reading.usedMemoryBytes)
  return null
}

function chosenOf(one: NodeSubject, usedMemoryBytes: number): Chosen {
  const { engine, engineVersion } = choiceOf(one)
  invariant(engine !== 'memcached', 'no snapshot is taken of memcached')
  const { memoryBytes } = nodeSpec(one).limits
  return {
    nodeId: one.node.id,
    engineId: one.node.engineId,
    engine,
    engineVersion,
    memoryBytes,
    usedMemoryBytes,
  }
}

/** Null when the file is in the vault, otherwise why it is not. */
async function capture(c: Context, index: number): Promise<string | null> {
  const { file, nodes } = at(c, index)
  const chosen = c.frame.chosen[file.fileId]
  const one = nodes.find(({ node }) => node.id === chosen?.nodeId)
  if (chosen === undefined || one === undefined) return 'the node that was to be read is gone'
  const capturedAt = c.now()
  const saved = await c.fleet.saveNode(nodeRef(one), { fileId: file.fileId, ...chosen })
  if (saved.kind === 'unknown') return saved.because
  if (saved.hasLoaded) c.frame.proved.push(file.fileId)
  const { bytes, sha256 } = saved.file
  const { usedMemoryBytes, engine, engineVersion } = chosen
  c.change({
    do: 'record-file',
    fileId: file.fileId,
    content: {
      bytes,
      sha256,
      cacheClusterId: one.cluster.cacheClusterId,
      cacheNodeId: one.node.cacheNodeId,
      cacheNodeCreatedAt: one.node.createdAt,
      usedMemoryBytes,
      engine,
      engineVersion,
      capturedAt,
    },
  })
  return null
}

function trials({ subject: { snapshot }, frame: { chosen } }: Context): Trial[] {
  return snapshot.files.flatMap(({ fileId }) => {
    const of = chosen[fileId]
    return of === undefined ? [] : [{ fileId, ...of }]
  })
}

const unproved = (c: Context): Trial[] => trials(c).filter(({ fileId }) => !c.frame.proved.includes(fileId))

/** What is known of a file that somebody brought only once it was loaded: how much memory its data take. */
function noteMemory(c: Context, tried: readonly Tried[]): void {
  if (c.subject.snapshot.origin.imported === undefined) return
  for (const [i, { fileId }] of unproved(c).entries()) {
    const one = tried[i]
    const content = c.subject.snapshot.files.find((file) => file.fileId === fileId)?.content
    if (one?.kind !== 'loaded' || one.usedMemoryBytes === null || !content) continue
    const usedMemoryBytes = Math.max(content.usedMemoryBytes, one.usedMemoryBytes)
    c.change({ do: 'record-file', fileId, content: { ...content, usedMemoryBytes } })
  }
}

/** Null when none stands any more. */
async function removeTrials(c: Context): Promise<string | null> {
  const removed = await Promise.all(trials(c).map((trial) => c.fleet.removeTrial(trial)))
  return removed.find((one) => one.kind === 'unknown')?.because ?? null
}

async function removeFiles(c: Context): Promise<string | null> {
  const { files } = c.subject.snapshot
  const removed = await Promise.all(files.map(({ fileId }) => c.fleet.removeFile(fileId)))
  return removed.find((one) => one.kind === 'unknown')?.because ?? null
}

function giveUp(c: Context, because: string) {
  c.fail(because)
  keepSource(c)
  return hop('unwind')
}
