import { unreachable, type Clock, type NodeReading, type NodeRef } from '@cacheplane/domain'
import type { Deaths } from './deaths.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { Answer, NodeControl, NodeFacts } from './node-control.ts'
import { containerStanding, type Standing } from './observe-node.ts'

interface Bench {
  engine: DockerEngine
  control: NodeControl
  clock: Clock
  deaths: Deaths
}

type Said = Answer<NodeFacts>

const LOOK_AGAIN_MS = 5
/** A node that serves says so before its engine need be asked: a lost host has the sisters of many nodes looked at. */
const INQUIRE_AFTER_MS = 20
const INQUIRE_RARELY_MS = 160

/**
 * Asks the node, and soon its engine as well. A serving node settles it, and so does a container that has stopped or is frozen:
 * neither waits for the other, because a connection to a frozen process is accepted and then says nothing.
 */
export function examineNode(bench: Bench, ref: NodeRef, withinMs: number): Promise<NodeReading> {
  const seen: Seen = { said: null, standing: null, isLate: false }
  return new Promise((resolve, reject) => {
    const weigh = () => {
      const reading = conclude(seen)
      if (reading !== null) resolve(reading)
      return reading !== null
    }
    const listen = async (): Promise<void> => {
      seen.said = await bench.control.read(ref)
      weigh()
    }
    // One question at a time: an engine that takes down a dead container answers late.
    const knock = async (): Promise<void> => {
      if ((await bench.control.listens(ref)) !== false) return
      seen.standing = { kind: 'stopped', because: 'nothing listens at its address any more' }
      weigh()
    }
    const inquire = async (): Promise<void> => {
      let waitMs = INQUIRE_AFTER_MS
      while (!seen.isLate) {
        await bench.clock.sleep(waitMs)
        if (weigh()) return
        const standing = await containerStanding(bench.engine, ref)
        if (seen.standing?.kind !== 'stopped') seen.standing = standing
        if (weigh()) return
        if (standing.kind === 'unheard') waitMs = Math.min(INQUIRE_RARELY_MS, 2 * waitMs)
      }
    }
    const look = async (): Promise<void> => {
      do {
        if (bench.deaths.isDead(ref)) seen.standing = { kind: 'stopped', because: 'its process has ended' }
        if (weigh()) return
        await bench.clock.sleep(LOOK_AGAIN_MS)
      } while (!seen.isLate)
    }
    const giveUp = async (): Promise<void> => {
      await bench.clock.sleep(withinMs)
      seen.isLate = true
      seen.said ??= { kind: 'silent', because: `it does not answer within ${withinMs} ms` }
      seen.standing ??= { kind: 'unheard', because: `its engine does not answer within ${withinMs} ms` }
      weigh()
    }
    for (const one of [knock(), listen(), look(), inquire(), giveUp()]) one.catch(reject)
  })
}

interface Seen {
  said: Said | null
  standing: Standing | null
  isLate: boolean
}

/** Null while more has to be heard. */
function conclude({ said, standing, isLate }: Seen): NodeReading | null {
  if (said?.kind === 'answered') return { kind: 'serving', ...said.value }
  if (standing?.kind === 'stopped') return { kind: 'dead', because: standing.because }
  if (standing?.kind === 'frozen') return { kind: 'frozen', because: standing.because }
  if (said === null || standing === null) return null
  switch (standing.kind) {
    case 'running':
      return runningYet(said, isLate)
    case 'unheard':
      return { kind: 'unreachable', because: `${said.because}; ${standing.because}` }
    case 'unknown':
      return { kind: 'unknown', because: `${said.because}; ${standing.because}` }
    default:
      return unreachable(standing)
  }
}

/** Docker learns of a death some 40 ms after it: a node that refuses connections is about to be seen dead. */
function runningYet(
  { kind, because }: Exclude<Said, { kind: 'answered' }>,
  isLate: boolean,
): NodeReading | null {
  switch (kind) {
    case 'absent':
      return isLate ? { kind: 'silent', because } : null
    case 'silent':
      return { kind, because }
    case 'busy':
      return { kind: 'starting', because }
    case 'stranger':
      return { kind: 'unknown', because }
    default:
      return unreachable(kind)
  }
}
