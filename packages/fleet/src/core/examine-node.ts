import { unreachable, type Clock, type NodeReading, type NodeRef } from '@cacheplane/domain'
import type { DockerEngine } from './docker-engine.ts'
import type { Answer, NodeControl, NodeFacts } from './node-control.ts'
import { containerStanding, type Standing } from './observe-node.ts'

interface Bench {
  engine: DockerEngine
  control: NodeControl
  clock: Clock
}

type Said = Answer<NodeFacts>

/**
 * Asks the node and its engine at once. A serving node settles it, and so does a container that has stopped or is frozen:
 * neither waits for the other, because a connection to a frozen process is accepted and then says nothing.
 */
export function examineNode(bench: Bench, ref: NodeRef, withinMs: number): Promise<NodeReading> {
  return new Promise((resolve, reject) => {
    let said: Said | null = null
    let standing: Standing | null = null
    const weigh = () => {
      const reading = conclude(said, standing)
      if (reading !== null) resolve(reading)
    }
    const heard = bench.control.read(ref).then((answer) => {
      said ??= answer
      weigh()
    })
    const seen = containerStanding(bench.engine, ref).then((stands) => {
      standing ??= stands
      weigh()
    })
    const late = bench.clock.sleep(withinMs).then(() => {
      said ??= { kind: 'silent', because: `it does not answer within ${withinMs} ms` }
      standing ??= { kind: 'unheard', because: `its engine does not answer within ${withinMs} ms` }
      weigh()
    })
    for (const one of [heard, seen, late]) one.catch(reject)
  })
}

/** Null while more has to be heard. */
function conclude(said: Said | null, standing: Standing | null): NodeReading | null {
  if (said?.kind === 'answered') return { kind: 'serving', ...said.value }
  if (standing?.kind === 'stopped') return { kind: 'dead', because: standing.because }
  if (standing?.kind === 'frozen') return { kind: 'frozen', because: standing.because }
  if (said === null || standing === null) return null
  switch (standing.kind) {
    case 'running':
      return runningYet(said)
    case 'unheard':
      return { kind: 'unreachable', because: `${said.because}; ${standing.because}` }
    case 'unknown':
      return { kind: 'unknown', because: `${said.because}; ${standing.because}` }
    default:
      return unreachable(standing)
  }
}

function runningYet({ kind, because }: Exclude<Said, { kind: 'answered' }>): NodeReading {
  if (kind === 'busy') return { kind: 'starting', because }
  if (kind === 'stranger') return { kind: 'unknown', because }
  return { kind: 'silent', because }
}
