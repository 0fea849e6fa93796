import type { NodeRef, NodeSpec } from '@cacheplane/domain'
import type { Call } from '../core/call.ts'
import { COMMAND_MS, CONNECT_MS } from '../core/deadlines.ts'
import type { Answer, NodeControl, NodeFacts } from '../core/node-control.ts'
import { carry, type Simulation } from './wire.ts'
import { processAt, type EngineWorld, type SimulatedProcess } from './world.ts'

type Reached = { kind: 'process'; process: SimulatedProcess } | Exclude<Answer<never>, { kind: 'answered' }>

/** Speaks to simulated processes. The network to a node does not lead through its engine, so a hung engine is no bar. */
export class SimulatedControl implements NodeControl {
  constructor(
    private readonly world: EngineWorld,
    private readonly simulation: Simulation,
  ) {}

  read(node: NodeRef): Promise<Answer<NodeFacts>> {
    return this.#talk('readNode', node, ({ version, runId, role, open, maxmemoryBytes }) => ({
      version,
      runId,
      role,
      open,
      maxmemoryBytes,
    }))
  }

  open(node: NodeSpec): Promise<Answer<void>> {
    return this.#talk('openNode', node, (process) => {
      process.open = true
      process.authenticates = node.authToken !== null
    })
  }

  async #talk<T>(name: 'readNode' | 'openNode', node: NodeRef, act: (process: SimulatedProcess) => T) {
    const { clock } = this.simulation
    const alwaysUp = { ...this.world, state: 'up' } as const
    const call = await carry(this.simulation, alwaysUp, name, COMMAND_MS, (): Call<Answer<T>> => {
      const reached = this.#reach(node)
      const value: Answer<T> =
        reached.kind === 'process' ? { kind: 'answered', value: act(reached.process) } : reached
      return { kind: 'ok', value }
    })
    const answer: Answer<T> =
      call.kind === 'ok' ? call.value : { kind: 'silent', because: 'it did not answer in time' }
    if (answer.kind === 'silent' && this.simulation.timings.call[1] > 0) await clock.sleep(CONNECT_MS)
    return answer
  }

  #reach({ nodeId, incarnation, engine, ip, port }: NodeRef): Reached {
    const container = processAt(this.world, ip, port)
    if (container === undefined || container.process === null)
      return { kind: 'absent', because: 'nothing listens at its address' }
    if (container.state === 'paused') return { kind: 'silent', because: 'it did not answer in time' }
    if (container.answersAtMs > this.simulation.clock.monotonicMs()) {
      return { kind: 'absent', because: 'it does not listen yet' }
    }
    const { process } = container
    const same = process.nodeId === nodeId && process.incarnation === incarnation
    if (!same && engine !== 'memcached') return { kind: 'stranger', because: 'it refused our login' }
    return { kind: 'process', process }
  }
}
