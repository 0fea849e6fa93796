import type { Change, FailoverAdvance } from '@cacheplane/domain'
import type { Judge } from './properties.ts'
import type { Failover, Scene } from './scene.ts'
import type { Ended } from './step-replay.ts'
import { indexOf } from './subject.ts'

/** Everything that a step has recorded takes effect, and its outcome with it. The next step begins at once, unless it naps. */
export function commitStep(scene: Scene, { outcome, passed, frame, record }: Ended, judge: Judge): void {
  const { work } = scene
  for (const signal of record.cleared) if (work.signals[signal] !== true) delete work.signals[signal]
  for (const change of record.changes) applyChange(scene, change, judge)
  work.frame = frame
  work.naps = outcome.kind === 'nap'
  work.held = null
  work.step = passed.at(-1) ?? work.step
  if (outcome.kind === 'hop') {
    work.step = outcome.to
    beginStep(scene)
  }
}

/** A worker takes the lease, or goes on with it, and reads the rows. */
export function beginStep(scene: Scene): void {
  const { work, epoch, primary, failover, members } = scene
  const signals = Object.keys(work.signals) as (keyof typeof work.signals)[]
  for (const signal of signals) work.signals[signal] = false
  const began = { step: work.step, frame: work.frame, signals, epoch, primary, failover }
  work.naps = false
  work.held = { began: structuredClone({ ...began, members: members.map(({ row }) => row) }), answers: {} }
}

/** At home with nothing asked of it, a workflow rests. */
export function isDue({ work }: Scene): boolean {
  return work.held === null && (work.step !== 'wait' || Object.keys(work.signals).length > 0)
}

function applyChange(scene: Scene, change: Change, judge: Judge): void {
  switch (change.do) {
    case 'begin-epoch':
      if (BigInt(scene.epoch) !== change.fromEpoch) judge.cry('S2: an epoch is begun twice')
      scene.epoch += 1
      return
    case 'set-primary':
      if (BigInt(scene.epoch) !== change.epoch) judge.cry('S2: a primary is set in another epoch')
      scene.primary = indexOf(change.nodeId)
      return
    case 'record-failover': {
      const { id, kind, epoch } = change.failover
      scene.failover = {
        id,
        kind,
        epoch: Number(epoch),
        status: 'running',
        to: null,
        isFenced: false,
        promotions: 0,
      }
      return
    }
    case 'advance-failover':
      return advance(scene, change.failoverId, change.advance)
    case 'set-opened':
      return setRow(scene, change.nodeId, { isIn: change.opened })
    case 'raise':
      if (change.kind === 'node') setRow(scene, change.subjectId, { isReplaced: true })
      return
    case 'record-event':
    case 'wake':
    case 'spawn':
      return
    default:
      throw new Error(`the model has no change ${change.do}`)
  }
}

function setRow({ members }: Scene, nodeId: string, row: Partial<Scene['members'][number]['row']>): void {
  Object.assign(members[indexOf(nodeId)]?.row ?? {}, row)
}

function advance(scene: Scene, id: string, { phases = [], status, epoch }: FailoverAdvance): void {
  const { failover } = scene
  if (failover === null || failover.id !== id) return
  // Fenced by the route alone: it was out of our sight.
  const lost = scene.members[scene.primary]
  if (lost !== undefined && phases.some(({ because }) => because.startsWith('unverified')))
    lost.isOutlawed = true
  const isFenced = failover.isFenced || phases.some(({ phase }) => phase === 'fenced')
  const promoted = phases.filter(({ phase }) => phase === 'promoted').length
  const fresh: Partial<Failover> = epoch === undefined ? {} : { epoch: Number(epoch) }
  Object.assign(failover, { isFenced, promotions: failover.promotions + promoted, ...fresh })
  if (status === 'running') failover.status = status
  if (status === 'completed' || status === 'abandoned') scene.failover = null
}
